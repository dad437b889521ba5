package dev.espalier.ike.crypto;

import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.wire.Octets;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EllipticCurve;
import javax.crypto.KeyAgreement;

/** The NIST curves (RFC 5903): public values are {@code x | y} of field length each, the secret is {@code x} of the product. */
enum EcpKeyExchange implements DiffieHellman {
    P256(KeyExchangeMethod.ECP_256, 32, "secp256r1"),
    P384(KeyExchangeMethod.ECP_384, 48, "secp384r1"),
    P521(KeyExchangeMethod.ECP_521, 66, "secp521r1");

    private final KeyExchangeMethod method;
    private final int fieldLength;
    private final String curveName;

    EcpKeyExchange(KeyExchangeMethod method, int fieldLength, String curveName) {
        this.method = method;
        this.fieldLength = fieldLength;
        this.curveName = curveName;
    }

    @Override
    public KeyExchangeMethod method() {
        return method;
    }

    @Override
    public KeyPair generate(SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curveName), random);
        return generator.generateKeyPair();
    }

    @Override
    public Octets encode(PublicKey key) {
        ECPoint w = ((ECPublicKey) key).getW();
        return UnsignedNumbers.encode(w.getAffineX(), fieldLength)
                .concat(UnsignedNumbers.encode(w.getAffineY(), fieldLength));
    }

    @Override
    public PublicKey decode(Octets value) throws GeneralSecurityException {
        if (value.length() != 2 * fieldLength) {
            throw new InvalidKeyException(value.length() + " octets instead of " + 2 * fieldLength);
        }
        BigInteger x = UnsignedNumbers.decode(value.slice(0, fieldLength));
        BigInteger y = UnsignedNumbers.decode(value.slice(fieldLength, fieldLength));
        ECParameterSpec parameters = parameters();
        requireOnCurve(parameters.getCurve(), x, y);
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(new ECPoint(x, y), parameters));
    }

    @Override
    public byte[] agree(PrivateKey own, PublicKey peer) throws GeneralSecurityException {
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(own);
        agreement.doPhase(peer, true);
        return agreement.generateSecret();
    }

    private ECParameterSpec parameters() throws GeneralSecurityException {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec(curveName));
        return parameters.getParameterSpec(ECParameterSpec.class);
    }

    /** RFC 6989 2.3; the point at infinity cannot be written in this form, and these curves have cofactor 1. */
    private static void requireOnCurve(EllipticCurve curve, BigInteger x, BigInteger y) throws InvalidKeyException {
        BigInteger p = ((ECFieldFp) curve.getField()).getP();
        if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0) {
            throw new InvalidKeyException("a coordinate is not below the field's prime");
        }
        BigInteger right =
                x.multiply(x).add(curve.getA()).multiply(x).add(curve.getB()).mod(p);
        if (!y.multiply(y).mod(p).equals(right)) {
            throw new InvalidKeyException("the point is not on the curve");
        }
    }
}
