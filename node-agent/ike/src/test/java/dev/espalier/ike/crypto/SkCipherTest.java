package dev.espalier.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.ike.proposal.EncryptionAlgorithm;
import dev.espalier.ike.proposal.IntegrityAlgorithm;
import dev.espalier.ike.vectors.Vectors;
import dev.espalier.wire.Octets;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("IKE-51")
class SkCipherTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Octets PRECEDING =
            Octets.fromHex("000102030405060708090a0b0c0d0e0f2e20230000000001000000502900003c");

    static Stream<Arguments> algorithms() {
        return Stream.of(
                Arguments.of(EncryptionAlgorithm.AES_GCM_16_128, IntegrityAlgorithm.NONE),
                Arguments.of(EncryptionAlgorithm.AES_GCM_16_256, IntegrityAlgorithm.NONE),
                Arguments.of(EncryptionAlgorithm.CHACHA20_POLY1305, IntegrityAlgorithm.NONE),
                Arguments.of(EncryptionAlgorithm.AES_CBC_128, IntegrityAlgorithm.HMAC_SHA2_256_128),
                Arguments.of(EncryptionAlgorithm.AES_CBC_128, IntegrityAlgorithm.HMAC_SHA2_384_192),
                Arguments.of(EncryptionAlgorithm.AES_CBC_256, IntegrityAlgorithm.HMAC_SHA2_256_128),
                Arguments.of(EncryptionAlgorithm.AES_CBC_256, IntegrityAlgorithm.HMAC_SHA2_512_256));
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void opensWhatItSealsAtEveryLength(EncryptionAlgorithm encryption, IntegrityAlgorithm integrity) {
        SkCipher cipher = cipher(encryption, integrity);
        for (int length = 0; length < 70; length++) {
            Octets payloads = random(length);
            Octets sealed = cipher.seal(PRECEDING, payloads);
            assertThat(sealed.length()).isEqualTo(cipher.sealedLength(length));
            assertThat(cipher.open(PRECEDING, sealed)).isEqualTo(new SkOpened.Authentic(payloads));
        }
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    @Tag("FRG-02")
    void capacityIsTheMostThatFits(EncryptionAlgorithm encryption, IntegrityAlgorithm integrity) {
        SkCipher cipher = cipher(encryption, integrity);
        for (int space = cipher.sealedLength(0); space < 300; space++) {
            assertThat(cipher.sealedLength(cipher.capacity(space))).isLessThanOrEqualTo(space);
            assertThat(cipher.sealedLength(cipher.capacity(space) + 1)).isGreaterThan(space);
        }
        assertThat(cipher.capacity(cipher.sealedLength(0) - 1)).isNegative();
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void refusesEveryFlippedBit(EncryptionAlgorithm encryption, IntegrityAlgorithm integrity) {
        SkCipher cipher = cipher(encryption, integrity);
        Octets sealed = cipher.seal(PRECEDING, random(33));
        for (int i = 0; i < sealed.length(); i++) {
            assertThat(cipher.open(PRECEDING, flip(sealed, i)))
                    .as("octet %d", i)
                    .isInstanceOf(SkOpened.Forged.class);
        }
        for (int i = 0; i < PRECEDING.length(); i++) {
            assertThat(cipher.open(flip(PRECEDING, i), sealed))
                    .as("header %d", i)
                    .isInstanceOf(SkOpened.Forged.class);
        }
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void refusesEveryTruncationAndExtension(EncryptionAlgorithm encryption, IntegrityAlgorithm integrity) {
        SkCipher cipher = cipher(encryption, integrity);
        Octets sealed = cipher.seal(PRECEDING, random(33));
        for (int length = 0; length < sealed.length(); length++) {
            assertThat(cipher.open(PRECEDING, sealed.slice(0, length))).isInstanceOf(SkOpened.Forged.class);
        }
        assertThat(cipher.open(PRECEDING, sealed.concat(Octets.of((byte) 0)))).isInstanceOf(SkOpened.Forged.class);
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void neverRepeatsAnIv(EncryptionAlgorithm encryption, IntegrityAlgorithm integrity) {
        SkCipher cipher = cipher(encryption, integrity);
        Set<Octets> ivs = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            assertThat(ivs.add(cipher.seal(PRECEDING, Octets.EMPTY).slice(0, encryption.ivOctets())))
                    .isTrue();
        }
    }

    @Test
    @Tag("ALG-05")
    void anAeadsIvIsACounter() {
        SkCipher cipher = cipher(EncryptionAlgorithm.AES_GCM_16_256, IntegrityAlgorithm.NONE);
        for (int i = 0; i < 300; i++) {
            assertThat(cipher.seal(PRECEDING, Octets.EMPTY).reader("iv").i64("iv"))
                    .isEqualTo(i);
        }
    }

    @Test
    void acceptsAnyPaddingThatFits() {
        // Given: payloads 0xaa 0xbb, three octets of arbitrary padding, Pad Length 3
        Secret key = Secret.wrap(random(20).toArray());
        SkCipher cipher = SkAlgorithm.of(EncryptionAlgorithm.AES_GCM_16_128, IntegrityAlgorithm.NONE)
                .cipher(key, Secret.wrap(new byte[0]), RANDOM);
        assertThat(cipher.open(PRECEDING, handMade(key, "aabb07ff9903")))
                .isEqualTo(new SkOpened.Authentic(Octets.fromHex("aabb")));
        assertThat(cipher.open(PRECEDING, handMade(key, "070503"))).isInstanceOf(SkOpened.Malformed.class);
        assertThat(cipher.open(PRECEDING, handMade(key, "0705ff"))).isInstanceOf(SkOpened.Malformed.class);
    }

    @Test
    @Tag("ALG-06")
    void opensTheMessageOfRfc7634() {
        JsonNode vector = Vectors.json("esp-rfc/chacha20poly1305-esp-ike.json")
                .get("cases")
                .get(1);
        Octets message = Octets.fromHex(vector.get("message").asText());
        Octets aad = Octets.fromHex(vector.get("aad").asText());
        Octets withPad = Octets.fromHex(vector.get("decryptedPayloadsWithPad").asText());
        Secret key = Secret.wrap(
                Octets.fromHex(vector.get("key").asText() + vector.get("salt").asText())
                        .toArray());
        SkCipher cipher = SkAlgorithm.of(EncryptionAlgorithm.CHACHA20_POLY1305, IntegrityAlgorithm.NONE)
                .cipher(key, Secret.wrap(new byte[0]), RANDOM);

        SkOpened opened = cipher.open(aad, message.slice(aad.length(), message.length() - aad.length()));

        assertThat(opened).isEqualTo(new SkOpened.Authentic(withPad.slice(0, withPad.length() - 1)));
    }

    @Test
    void refusesKeysOfAnotherLength() {
        SkAlgorithm gcm = SkAlgorithm.of(EncryptionAlgorithm.AES_GCM_16_128, IntegrityAlgorithm.NONE);
        assertThatThrownBy(() -> gcm.cipher(Secret.wrap(new byte[16]), Secret.wrap(new byte[0]), RANDOM))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SkAlgorithm.of(EncryptionAlgorithm.AES_CBC_128, IntegrityAlgorithm.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Octets handMade(Secret keyAndSalt, String plaintext) {
        byte[] all = keyAndSalt.copy();
        Octets iv = Octets.fromHex("1122334455667788");
        byte[] nonce = Octets.of(all, 16, 4).concat(iv).toArray();
        byte[] sealed = Aead.AES_GCM.seal(
                Octets.of(all, 0, 16).toArray(),
                nonce,
                PRECEDING.toArray(),
                Octets.fromHex(plaintext).toArray());
        return iv.concat(Octets.wrap(sealed));
    }

    private static SkCipher cipher(EncryptionAlgorithm encryption, IntegrityAlgorithm integrity) {
        Secret encryptionKey =
                Secret.wrap(random(encryption.keyMaterialOctets()).toArray());
        Secret integrityKey = Secret.wrap(random(integrity.keyOctets()).toArray());
        return SkAlgorithm.of(encryption, integrity).cipher(encryptionKey, integrityKey, RANDOM);
    }

    private static Octets random(int length) {
        byte[] octets = new byte[length];
        RANDOM.nextBytes(octets);
        return Octets.wrap(octets);
    }

    private static Octets flip(Octets octets, int index) {
        byte[] changed = octets.toArray();
        changed[index] ^= 0x10;
        return Octets.wrap(changed);
    }
}
