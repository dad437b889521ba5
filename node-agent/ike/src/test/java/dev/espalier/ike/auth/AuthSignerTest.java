package dev.espalier.ike.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.message.AuthMethod;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("SIG-01")
class AuthSignerTest {
    private static final Octets OCTETS = Octets.fromHex("0123456789");
    private static final KeyPair P384 = CertificateForge.ecKey("secp384r1");
    private static final KeyPair RSA = CertificateForge.rsaKey(2048, BigInteger.valueOf(65537));

    @Test
    void prefersTheHashThatGoesWithTheCurve() {
        assertThat(algorithm(P384, EnumSet.allOf(HashAlgorithm.class))).isEqualTo(SignatureScheme.ECDSA_SHA2_384);
    }

    @Test
    void takesAnotherHashOnlyFromThePeersSet() {
        assertThat(algorithm(P384, Set.of(HashAlgorithm.SHA2_512))).isEqualTo(SignatureScheme.ECDSA_SHA2_512);
        assertThat(algorithm(RSA, Set.of(HashAlgorithm.IDENTITY, HashAlgorithm.SHA2_384)))
                .isEqualTo(SignatureScheme.RSASSA_PSS_SHA2_384);
    }

    @Test
    void usesRfc4754WhenThePeerAnnouncedNothing() {
        assertThat(sign(P384, Set.of())).isInstanceOfSatisfying(Signing.Signed.class, signed -> {
            assertThat(signed.auth().method()).isEqualTo(AuthMethod.ECDSA_SHA384_P384);
            assertThat(signed.auth().data().length()).isEqualTo(96);
        });
    }

    @Test
    void usesPkcs1OnlyWhenThePeerAnnouncedNothing() {
        assertThat(sign(RSA, Set.of()))
                .isInstanceOfSatisfying(
                        Signing.Signed.class,
                        signed -> assertThat(signed.auth().method()).isEqualTo(AuthMethod.RSA_SIGNATURE));
        assertThat(algorithm(RSA, EnumSet.allOf(HashAlgorithm.class))).isEqualTo(SignatureScheme.RSASSA_PSS_SHA2_256);
    }

    @Test
    void refusesWhenNoHashFitsTheKey() {
        assertThat(sign(CertificateForge.ed25519Key(), Set.of()))
                .isInstanceOfSatisfying(
                        Signing.Refused.class,
                        refused -> assertThat(refused.reason()).contains("announced none"));
        assertThat(sign(P384, Set.of(HashAlgorithm.IDENTITY)))
                .isInstanceOfSatisfying(
                        Signing.Refused.class,
                        refused -> assertThat(refused.reason()).contains("[IDENTITY]"));
        assertThat(sign(CertificateForge.ed25519Key(), Set.of(HashAlgorithm.SHA2_256)))
                .isInstanceOf(Signing.Refused.class);
    }

    @Test
    void refusesAKeyThatCannotSignAndSaysSo() {
        KeyPair other = CertificateForge.ed25519Key();
        Signing signing = AuthSigner.sign(
                other.getPrivate(), P384.getPublic(), EnumSet.allOf(HashAlgorithm.class), OCTETS, new SecureRandom());
        assertThat(signing)
                .isInstanceOfSatisfying(
                        Signing.Refused.class,
                        refused -> assertThat(refused.reason()).contains("private key cannot sign"));
    }

    private static SignatureScheme algorithm(KeyPair keys, Set<HashAlgorithm> peerHashes) {
        Signing signing = sign(keys, peerHashes);
        assertThat(signing).isInstanceOf(Signing.Signed.class);
        Payload.Authentication auth = ((Signing.Signed) signing).auth();
        assertThat(auth.method()).isEqualTo(AuthMethod.DIGITAL_SIGNATURE);
        return SignatureScheme.of(auth.data().slice(1, auth.data().get(0))).orElseThrow();
    }

    private static Signing sign(KeyPair keys, Set<HashAlgorithm> peerHashes) {
        return AuthSigner.sign(keys.getPrivate(), keys.getPublic(), peerHashes, OCTETS, new SecureRandom());
    }
}
