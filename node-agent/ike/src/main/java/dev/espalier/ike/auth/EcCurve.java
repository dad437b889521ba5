package dev.espalier.ike.auth;

import dev.espalier.ike.message.AuthMethod;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Arrays;
import java.util.Optional;

/** The curves that we sign and verify with, each with the hash and the RFC 4754 method that go with it. */
@SuppressWarnings("ImmutableEnumChecker") // Parameter specs of JCA and AuthMethod never change.
enum EcCurve {
    P256("secp256r1", 32, AuthMethod.ECDSA_SHA256_P256, SignatureScheme.ECDSA_SHA2_256),
    P384("secp384r1", 48, AuthMethod.ECDSA_SHA384_P384, SignatureScheme.ECDSA_SHA2_384),
    P521("secp521r1", 66, AuthMethod.ECDSA_SHA512_P521, SignatureScheme.ECDSA_SHA2_512);

    private final ECParameterSpec parameters;
    private final int numberLength;
    private final AuthMethod method;
    private final SignatureScheme scheme;

    EcCurve(String name, int numberLength, AuthMethod method, SignatureScheme scheme) {
        this.parameters = named(name);
        this.numberLength = numberLength;
        this.method = method;
        this.scheme = scheme;
    }

    /** By all of the key's parameters, so that a curve with a known order but another generator is none of ours (CVE-2020-0601). */
    static Optional<EcCurve> of(ECKey key) {
        ECParameterSpec of = key.getParams();
        return Arrays.stream(values())
                .filter(curve -> of != null
                        && curve.parameters.getCurve().equals(of.getCurve())
                        && curve.parameters.getGenerator().equals(of.getGenerator())
                        && curve.parameters.getOrder().equals(of.getOrder())
                        && curve.parameters.getCofactor() == of.getCofactor())
                .findFirst();
    }

    static Optional<EcCurve> ofMethod(AuthMethod method) {
        return Arrays.stream(values())
                .filter(curve -> curve.method.equals(method))
                .findFirst();
    }

    BigInteger order() {
        return parameters.getOrder();
    }

    /** Octets of r and of s in RFC 4754's form. */
    int numberLength() {
        return numberLength;
    }

    AuthMethod method() {
        return method;
    }

    /** ECDSA with the hash of matching strength. */
    SignatureScheme scheme() {
        return scheme;
    }

    private static ECParameterSpec named(String name) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(name + " is not to be had from this JVM's providers", e);
        }
    }
}
