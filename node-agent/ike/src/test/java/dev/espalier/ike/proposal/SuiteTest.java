package dev.espalier.ike.proposal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuiteTest {
    @ParameterizedTest
    @Tag("ALG-05")
    @CsvSource({
        // suite, cipher id, cipher key bits, integrity id, KEYMAT octets of a direction (RFC 4106 8.1, RFC 7634 2, RFC
        // 4868 2.1)
        "aes128gcm16-esn, 20, 128, 0, 20",
        "aes256gcm16-noesn, 20, 256, 0, 36",
        "chacha20poly1305-noesn, 28, 256, 0, 36",
        "aes128-sha256-noesn, 12, 128, 12, 48",
        "aes256-sha384-esn, 12, 256, 13, 80",
        "aes256-sha512-esn, 12, 256, 14, 96",
    })
    void espSuiteKnowsIdsAndKeyMaterial(String text, int cipher, int bits, int integrity, int octets) {
        EspSuite suite = EspSuite.of(Proposal.parseEsp(text));

        assertThat(suite.encryptionId()).isEqualTo(cipher);
        assertThat(suite.encryptionKeyBits()).isEqualTo(bits);
        assertThat(suite.integrityId()).isEqualTo(integrity);
        assertThat(suite.keyMaterialOctets()).isEqualTo(octets);
        assertThat(suite.esn()).isEqualTo(text.endsWith("-esn"));
        assertThat(suite).hasToString(text);
    }

    @Test
    void ikeSuiteReadsAsItWasSpelled() {
        IkeSuite suite =
                IkeSuite.of(Proposal.parseIke("aes256-sha256-prfsha384-ecp256-ke1_mlkem768-ke2_none-ke3_x448"));

        assertThat(suite)
                .isEqualTo(new IkeSuite(
                        EncryptionAlgorithm.AES_CBC_256,
                        IntegrityAlgorithm.HMAC_SHA2_256_128,
                        PrfAlgorithm.HMAC_SHA2_384,
                        KeyExchangeMethod.ECP_256,
                        List.of(KeyExchangeMethod.ML_KEM_768, KeyExchangeMethod.X448)));
        assertThat(suite).hasToString("aes256-sha256-prfsha384-ecp256-ke1_mlkem768-ke2_x448");
    }

    @Test
    @Tag("PQ-02")
    void suiteIsPostQuantumWithOneSuchKeyExchange() {
        assertThat(IkeSuite.of(Proposal.parseIke("aes256gcm16-prfsha384-x25519-ke1_mlkem768"))
                        .postQuantum())
                .isTrue();
        assertThat(IkeSuite.of(Proposal.parseIke("aes256gcm16-prfsha384-x25519-ke1_ecp384"))
                        .postQuantum())
                .isFalse();
    }

    @Test
    @Tag("ALG-03")
    void encryptionWithoutIntegrityIsNoSuite() {
        assertThatThrownBy(() -> new EspSuite(EncryptionAlgorithm.AES_CBC_256, IntegrityAlgorithm.NONE, true))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new EspSuite(EncryptionAlgorithm.AES_GCM_16_256, IntegrityAlgorithm.HMAC_SHA2_256_128, true))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void offerWithSeveralOfATypeIsNoSuite() {
        assertThatThrownBy(() -> EspSuite.of(Proposal.parseEsp("aes256gcm16-aes128gcm16")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 transforms of type ENCR");
    }
}
