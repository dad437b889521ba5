package dev.espalier.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.proposal.EncryptionAlgorithm;
import dev.espalier.ike.proposal.IntegrityAlgorithm;
import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.wire.Octets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("IKE-56")
class RedactionTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Shows up as this whenever any of it is printed, in hex, decimal or as text. */
    private static final byte MARK = 0x5a;

    @Test
    void nothingThatHoldsKeysPrintsThem() {
        Secret secret = marked(36);
        Octets nonce = Octets.wrap(new byte[16]);
        IkeKeys ikeKeys = new IkeKeys(secretOctets(500), 32, 32, 32);
        ChildKeys childKeys = new ChildKeys(marked(36), marked(36));
        SkCipher gcm = SkAlgorithm.of(EncryptionAlgorithm.AES_GCM_16_256, IntegrityAlgorithm.NONE)
                .cipher(secret, marked(0), RANDOM);
        SkCipher cbc = SkAlgorithm.of(EncryptionAlgorithm.AES_CBC_256, IntegrityAlgorithm.HMAC_SHA2_256_128)
                .cipher(marked(32), marked(32), RANDOM);
        KeyExchange.Agreed agreed = new KeyExchange.Agreed(nonce, secret);
        Cookies cookies = new Cookies(new MarkedRandom(), Duration.ofMinutes(1), 0);
        KeyExchange.Offer offer = KeyExchange.of(KeyExchangeMethod.X25519).initiate(RANDOM);

        for (Object holder : List.of(secret, ikeKeys, childKeys, gcm, cbc, agreed, cookies, offer)) {
            assertThat(holder.toString())
                    .doesNotContain("5a5a", "5A5A", "90, 90", "ZZ")
                    .doesNotContain("[B@");
        }
        assertThat(secret.toString()).isEqualTo("Secret[36 octets]");
    }

    @Test
    void equalSecretsAreEqualAndOthersNot() {
        assertThat(marked(4)).isEqualTo(marked(4)).hasSameHashCodeAs(marked(4)).isNotEqualTo(marked(5));
        assertThat(Secret.wrap(new byte[4])).isNotEqualTo(marked(4));
    }

    private static Secret marked(int length) {
        return Secret.wrap(secretOctets(length));
    }

    private static byte[] secretOctets(int length) {
        byte[] octets = new byte[length];
        Arrays.fill(octets, MARK);
        return octets;
    }

    private static final class MarkedRandom extends SecureRandom {
        @Override
        public void nextBytes(byte[] bytes) {
            Arrays.fill(bytes, MARK);
        }
    }
}
