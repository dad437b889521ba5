package dev.espalier.ike.proposal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("ALG-01")
class ProposalSpellingTest {
    @Test
    void ikeProposalBecomesItsTransforms() {
        Proposal proposal = Proposal.parseIke("aes256gcm16-prfsha384-x25519");

        assertThat(proposal.protocol()).isEqualTo(ProtocolId.IKE);
        assertThat(proposal.transforms())
                .containsExactly(
                        new Transform(TransformType.ENCRYPTION, 20, 256),
                        new Transform(TransformType.PRF, 6, 0),
                        new Transform(TransformType.KEY_EXCHANGE, 31, 0));
    }

    @Test
    void prfFollowsFromIntegrityWhenLeftOut() {
        Proposal proposal = Proposal.parseIke("aes128-sha256-ecp256");

        assertThat(proposal.of(TransformType.PRF)).containsExactly(PrfAlgorithm.HMAC_SHA2_256.transform());
        assertThat(proposal.of(TransformType.INTEGRITY)).containsExactly(new Transform(TransformType.INTEGRITY, 12, 0));
        assertThat(proposal.of(TransformType.ENCRYPTION))
                .containsExactly(new Transform(TransformType.ENCRYPTION, 12, 128));
    }

    @Test
    void espProposalHasNoEsnUnlessItSaysSo() {
        assertThat(Proposal.parseEsp("aes128gcm16").transforms())
                .containsExactly(new Transform(TransformType.ENCRYPTION, 20, 128), Transform.NO_ESN);
        assertThat(Proposal.parseEsp("aes128gcm16-esn-noesn").of(TransformType.SEQUENCE_NUMBERS))
                .containsExactly(Transform.ESN, Transform.NO_ESN);
    }

    @Test
    @Tag("PQ-01")
    void additionalKeyExchangesHaveTypesOfTheirOwn() {
        Proposal proposal = Proposal.parseIke("aes256gcm16-prfsha384-x25519-ke1_mlkem768-ke2_none-ke7_ecp384");

        assertThat(proposal.of(new TransformType(6))).containsExactly(new Transform(new TransformType(6), 36, 0));
        assertThat(proposal.of(new TransformType(7))).containsExactly(new Transform(new TransformType(7), 0, 0));
        assertThat(proposal.of(new TransformType(12))).containsExactly(new Transform(new TransformType(12), 20, 0));
        assertThat(proposal.keyExchanges()).containsExactly(KeyExchangeMethod.X25519);
    }

    @Test
    void orderWithinATypeIsKept() {
        Proposal proposal =
                Proposal.parseIke("aes256gcm16-aes128gcm16-chacha20poly1305-prfsha512-prfsha256-ecp521-x448-modp2048");

        assertThat(proposal.of(TransformType.ENCRYPTION).stream().map(Transform::toString))
                .containsExactly("aes256gcm16", "aes128gcm16", "chacha20poly1305");
        assertThat(proposal.keyExchanges())
                .containsExactly(KeyExchangeMethod.ECP_521, KeyExchangeMethod.X448, KeyExchangeMethod.MODP_2048);
    }

    @ParameterizedTest
    @CsvSource({
        "aes256gcm16-prfsha384-curve25519, aes256gcm16-prfsha384-x25519",
        "AES256GCM128-PRFSHA256-ECP384, aes256gcm16-prfsha256-ecp384",
        "aes-sha2_256-modp3072, aes128-sha256-modp3072-prfsha256",
        "aes256-sha384-prfsha512-curve448, aes256-sha384-prfsha512-x448",
        "chacha20poly1305-prfsha256-modp4096, chacha20poly1305-prfsha256-modp4096",
    })
    void spellingsOfTheSameThingPrintAlike(String given, String printed) {
        assertThat(Proposal.parseIke(given)).hasToString(printed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aes256gcm16-prfsha384-x25519",
                "aes256-aes128-sha256-sha512-prfsha256-prfsha512-ecp256-modp2048",
                "aes128gcm16-prfsha256-ecp256-ke1_mlkem512-ke1_none-ke3_mlkem1024",
            })
    void whatIsPrintedParsesToTheSame(String text) {
        Proposal proposal = Proposal.parseIke(text);

        assertThat(Proposal.parseIke(proposal.toString())).isEqualTo(proposal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"aes256gcm16-x25519-esn", "aes256-sha256-noesn", "chacha20poly1305-ecp384-ke1_mlkem768-esn-noesn"
            })
    void espProposalsAlso(String text) {
        Proposal proposal = Proposal.parseEsp(text);

        assertThat(Proposal.parseEsp(proposal.toString())).isEqualTo(proposal);
    }

    @ParameterizedTest
    @CsvSource({
        "aes256gcm16-prfsha384-x25520, x25520",
        "aes512gcm16-prfsha384-x25519, aes512gcm16",
        "aes256gcm16--x25519, ''",
        "aes256gcm16-prfsha384-x25519-ke8_mlkem768, ke8_mlkem768",
        "aes256gcm16-prfsha384-x25519-ke1_mlkem769, ke1_mlkem769",
        "aes256gcm16-prfsha384-x25519-esn, esn",
    })
    void unknownTokenIsNamed(String text, String token) {
        assertThatThrownBy(() -> Proposal.parseIke(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text)
                .hasMessageContaining("unknown algorithm '" + token + "'");
    }

    @ParameterizedTest
    @Tag("ALG-02")
    @ValueSource(
            strings = {
                "3des-sha256-modp2048",
                "aes128-sha1-modp2048",
                "aes128-md5-modp2048",
                "aes128-sha256-modp1024",
                "aes128-sha256-modp2048s256",
                "aes256gcm16-prfsha1-x25519",
            })
    void weakAlgorithmsAreRefusedAsWeak(String text) {
        assertThatThrownBy(() -> Proposal.parseIke(text)).hasMessageContaining("too weak");
    }

    @Test
    @Tag("ALG-03")
    void nullEncryptionIsRefused() {
        assertThatThrownBy(() -> Proposal.parseEsp("null-sha256")).hasMessageContaining("'null'");
    }

    @ParameterizedTest
    @Tag("IKE-22")
    @CsvSource({
        "aes256gcm16-sha256-prfsha256-x25519, has an integrity algorithm beside an AEAD",
        "aes256gcm16-aes256-sha256-prfsha256-x25519, mixes AEAD",
        "aes256-prfsha256-x25519, encrypts without integrity",
        "aes256gcm16-x25519, has no PRF",
        "aes256gcm16-prfsha256, has no key exchange method",
        "prfsha256-x25519, has no encryption algorithm",
        "aes256gcm16-prfsha256-x25519-x25519, names \'x25519\' twice",
        "aes256gcm16-prfsha256-x25519-curve25519, names \'curve25519\' twice",
    })
    void unsoundIkeProposalsAreRefused(String text, String reason) {
        assertThatThrownBy(() -> Proposal.parseIke(text)).hasMessageContaining(reason);
    }

    @ParameterizedTest
    @Tag("ALG-03")
    @CsvSource({
        "aes256, encrypts without integrity",
        "sha256, has no encryption algorithm",
        "aes256gcm16-prfsha256, unknown algorithm",
        "aes256gcm16-ke1_mlkem768, additional key exchanges and no main one",
    })
    void unsoundEspProposalsAreRefused(String text, String reason) {
        assertThatThrownBy(() -> Proposal.parseEsp(text)).hasMessageContaining(reason);
    }

    @Test
    void withoutKeyExchangeLeavesTheRest() {
        Proposal proposal = Proposal.parseEsp("aes256gcm16-x25519-ecp256-ke1_mlkem768-esn");

        assertThat(proposal.withoutKeyExchange()).isEqualTo(Proposal.parseEsp("aes256gcm16-esn"));
    }

    @Test
    void withEsnReplacesWhatWasSaid() {
        Proposal proposal = Proposal.parseEsp("aes256gcm16-esn-noesn");

        assertThat(proposal.withEsn(true)).isEqualTo(Proposal.parseEsp("aes256gcm16-esn"));
        assertThat(proposal.withEsn(false)).isEqualTo(Proposal.parseEsp("aes256gcm16-noesn"));
    }

    @Test
    void unknownTransformsPrintTheirNumbers() {
        Proposal proposal = new Proposal(
                ProtocolId.IKE,
                List.of(new Transform(TransformType.ENCRYPTION, 23, 192), new Transform(new TransformType(99), 7, 0)));

        assertThat(proposal).hasToString("ENCR:23/192-TYPE_99:7");
    }
}
