package dev.espalier.ike.auth;

import dev.espalier.wire.Octets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A signature scheme of RFC 7427, known by the exact DER of its AlgorithmIdentifier, parameters included (SIG-02). RSASSA-PSS exists
 * only with one hash throughout and a salt as long as it, so that there are no parameters to read from a peer (SIG-03). What is not
 * listed, SHA-1 and PKCS #1 v1.5 above all, does not exist.
 */
@SuppressWarnings("ImmutableEnumChecker") // Octets is immutable; parameter specs of JCA never change either.
enum SignatureScheme {
    ECDSA_SHA2_256(HashAlgorithm.SHA2_256, "SHA256withECDSA", ECPublicKey.class, "300a06082a8648ce3d040302"),
    ECDSA_SHA2_384(HashAlgorithm.SHA2_384, "SHA384withECDSA", ECPublicKey.class, "300a06082a8648ce3d040303"),
    ECDSA_SHA2_512(HashAlgorithm.SHA2_512, "SHA512withECDSA", ECPublicKey.class, "300a06082a8648ce3d040304"),
    ED25519(HashAlgorithm.IDENTITY, "Ed25519", EdECPublicKey.class, "300506032b6570"),
    ED448(HashAlgorithm.IDENTITY, "Ed448", EdECPublicKey.class, "300506032b6571"),
    RSASSA_PSS_SHA2_256(HashAlgorithm.SHA2_256, "SHA-256", 32, 0x01),
    RSASSA_PSS_SHA2_384(HashAlgorithm.SHA2_384, "SHA-384", 48, 0x02),
    RSASSA_PSS_SHA2_512(HashAlgorithm.SHA2_512, "SHA-512", 64, 0x03);

    private final HashAlgorithm hash;
    private final String jcaName;
    private final Class<? extends PublicKey> keyType;
    private final @Nullable PSSParameterSpec pss;
    private final Octets algorithmIdentifier;
    private final Octets alternative;

    SignatureScheme(HashAlgorithm hash, String jcaName, Class<? extends PublicKey> keyType, String der) {
        this.hash = hash;
        this.jcaName = jcaName;
        this.keyType = keyType;
        this.pss = null;
        this.algorithmIdentifier = Octets.fromHex(der);
        this.alternative = algorithmIdentifier;
    }

    /** @param oidTail last arc of the hash under 2.16.840.1.101.3.4.2 */
    SignatureScheme(HashAlgorithm hash, String digest, int length, int oidTail) {
        this.hash = hash;
        this.jcaName = "RSASSA-PSS";
        this.keyType = RSAPublicKey.class;
        this.pss = new PSSParameterSpec(digest, "MGF1", new MGF1ParameterSpec(digest), length, 1);
        // RFC 4055 2.1: a hash's parameters are NULL or absent, and both must be accepted. We send NULL, as RFC 7427
        // A.4 shows.
        this.algorithmIdentifier = PssDer.algorithmIdentifier(oidTail, length, true);
        this.alternative = PssDer.algorithmIdentifier(oidTail, length, false);
    }

    static Optional<SignatureScheme> of(Octets algorithmIdentifier) {
        return Arrays.stream(values())
                .filter(scheme -> algorithmIdentifier.equals(scheme.algorithmIdentifier)
                        || algorithmIdentifier.equals(scheme.alternative))
                .findFirst();
    }

    /** Whether these are parameters of RSASSA-PSS that we verify with, in AUTH or in a certificate. */
    static boolean knowsPssParameters(Octets parameters) {
        return Arrays.stream(values())
                .filter(scheme -> scheme.pss != null)
                .flatMap(scheme -> Stream.of(scheme.algorithmIdentifier, scheme.alternative))
                .anyMatch(known -> PssDer.parametersOf(known).equals(parameters));
    }

    HashAlgorithm hash() {
        return hash;
    }

    /** What we send. */
    Octets algorithmIdentifier() {
        return algorithmIdentifier;
    }

    boolean fits(PublicKey key) {
        return keyType.isInstance(key)
                && (!(key instanceof EdECPublicKey edwards)
                        || edwards.getParams().getName().equals(jcaName));
    }

    /** A JCA object that still has to be initialised with a key. */
    Signature signature() throws GeneralSecurityException {
        Signature signature = Signature.getInstance(jcaName);
        if (pss != null) {
            signature.setParameter(pss);
        }
        return signature;
    }

    /** The same for ECDSA with {@code r | s} in place of DER. */
    Signature plainSignature() throws GeneralSecurityException {
        return Signature.getInstance(jcaName + "inP1363Format");
    }
}
