package dev.espalier.ike.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.crypto.Prf;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.message.AuthMethod;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class AuthBuildingBlocksTest {
    private static final Octets INIT = Octets.fromHex("0102030405");
    private static final Octets NONCE = Octets.fromHex("a0a1");
    private static final Secret SK_P = Secret.wrap(new byte[] {1, 2, 3});

    @Test
    @Tag("IKE-16")
    void authOctetsAreInitMessageNonceAndMacOfTheIdBody() throws Exception {
        // Given: an ID body whose reserved octets are not zero
        Octets idBody = Octets.fromHex("02ff00ee6e6f64652d61");
        assertThat(AuthOctets.of(INIT, NONCE, Prf.HMAC_SHA2_256, SK_P, idBody))
                .isEqualTo(INIT.concat(NONCE).concat(hmac(new byte[] {1, 2, 3}, idBody.toArray())));
    }

    @Test
    @Tag("PQ-01")
    void intAuthFollows() {
        Octets idBody = Octets.fromHex("02000000aa");
        Octets intAuth = Octets.fromHex("0f0f");
        assertThat(AuthOctets.of(INIT, NONCE, Prf.HMAC_SHA2_256, SK_P, idBody, intAuth))
                .isEqualTo(AuthOctets.of(INIT, NONCE, Prf.HMAC_SHA2_256, SK_P, idBody)
                        .concat(intAuth));
    }

    @Test
    void sharedKeyMicIsPaddedByTheKeyPad() throws Exception {
        byte[] psk = "secret".getBytes(StandardCharsets.US_ASCII);
        Octets padded = hmac(psk, "Key Pad for IKEv2".getBytes(StandardCharsets.US_ASCII));
        Payload.Authentication auth = SharedKeyAuth.sign(Prf.HMAC_SHA2_256, Secret.wrap(psk.clone()), INIT);
        assertThat(auth)
                .isEqualTo(
                        new Payload.Authentication(AuthMethod.SHARED_KEY_MIC, hmac(padded.toArray(), INIT.toArray())));
    }

    @Test
    void sharedKeyMicVerifiesOnlyAsItIs() {
        Secret psk = Secret.wrap(new byte[] {9, 9});
        Payload.Authentication auth = SharedKeyAuth.sign(Prf.HMAC_SHA2_384, psk, INIT);
        assertThat(SharedKeyAuth.verify(Prf.HMAC_SHA2_384, psk, INIT, auth)).isTrue();
        assertThat(SharedKeyAuth.verify(Prf.HMAC_SHA2_384, psk, NONCE, auth)).isFalse();
        assertThat(SharedKeyAuth.verify(Prf.HMAC_SHA2_384, Secret.wrap(new byte[] {9, 8}), INIT, auth))
                .isFalse();
        assertThat(SharedKeyAuth.verify(
                        Prf.HMAC_SHA2_384,
                        psk,
                        INIT,
                        new Payload.Authentication(
                                AuthMethod.SHARED_KEY_MIC, auth.data().slice(0, 47))))
                .isFalse();
        assertThat(SharedKeyAuth.verify(
                        Prf.HMAC_SHA2_384,
                        psk,
                        INIT,
                        new Payload.Authentication(AuthMethod.NULL_AUTHENTICATION, auth.data())))
                .isFalse();
    }

    @Test
    @Tag("SIG-01")
    @Tag("SIG-02")
    void hashAlgorithmsAreReadAndWrittenAsIanaNumbersThem() {
        assertThat(HashAlgorithm.encode(EnumSet.allOf(HashAlgorithm.class)))
                .isEqualTo(Octets.fromHex("0002000300040005"));
        // SHA-1 (1), GOST (6), an unknown one, an odd octet
        assertThat(HashAlgorithm.decode(Octets.fromHex("0001000200060004fedc05")))
                .isEqualTo(Set.of(HashAlgorithm.SHA2_256, HashAlgorithm.SHA2_512));
        assertThat(HashAlgorithm.decode(Octets.EMPTY)).isEmpty();
    }

    @Test
    @Tag("IKE-49")
    void authoritiesAreHashesOfPublicKeys() throws Exception {
        var a = CertificateForge.ca("a").selfSigned().certificate();
        var b = CertificateForge.ca("b").selfSigned().certificate();
        MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
        assertThat(TrustAnchors.authorities(List.of(a, b)))
                .isEqualTo(Octets.wrap(sha1.digest(a.getPublicKey().getEncoded()))
                        .concat(Octets.wrap(sha1.digest(b.getPublicKey().getEncoded()))));
    }

    private static Octets hmac(byte[] key, byte[] data) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return Octets.wrap(mac.doFinal(data));
    }
}
