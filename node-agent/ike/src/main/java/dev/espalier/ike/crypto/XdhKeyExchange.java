package dev.espalier.ike.crypto;

import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.wire.Octets;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import javax.crypto.KeyAgreement;

/** X25519 and X448 (RFC 7748, RFC 8031): public values are u coordinates in little-endian order. */
@SuppressWarnings("ImmutableEnumChecker") // Parameter specs of JCA never change.
enum XdhKeyExchange implements DiffieHellman {
    X25519(KeyExchangeMethod.X25519, 32, NamedParameterSpec.X25519),
    X448(KeyExchangeMethod.X448, 56, NamedParameterSpec.X448);

    private final KeyExchangeMethod method;
    private final int length;
    private final NamedParameterSpec curve;

    XdhKeyExchange(KeyExchangeMethod method, int length, NamedParameterSpec curve) {
        this.method = method;
        this.length = length;
        this.curve = curve;
    }

    @Override
    public KeyExchangeMethod method() {
        return method;
    }

    @Override
    public KeyPair generate(SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("XDH");
        generator.initialize(curve, random);
        return generator.generateKeyPair();
    }

    @Override
    public Octets encode(PublicKey key) {
        byte[] bigEndian = ((XECPublicKey) key).getU().toByteArray();
        byte[] u = new byte[length];
        for (int i = 0; i < Math.min(length, bigEndian.length); i++) {
            u[i] = bigEndian[bigEndian.length - 1 - i];
        }
        return Octets.wrap(u);
    }

    @Override
    public PublicKey decode(Octets value) throws GeneralSecurityException {
        if (value.length() != length) {
            throw new InvalidKeyException(value.length() + " octets instead of " + length);
        }
        byte[] bigEndian = new byte[length];
        for (int i = 0; i < length; i++) {
            bigEndian[length - 1 - i] = (byte) value.get(i);
        }
        if (this == X25519) {
            // RFC 7748 5: "implementations of X25519 MUST mask the most significant bit in the final byte".
            bigEndian[0] &= 0x7f;
        }
        return KeyFactory.getInstance("XDH").generatePublic(new XECPublicKeySpec(curve, new BigInteger(1, bigEndian)));
    }

    @Override
    public byte[] agree(PrivateKey own, PublicKey peer) throws GeneralSecurityException {
        KeyAgreement agreement = KeyAgreement.getInstance("XDH");
        agreement.init(own);
        agreement.doPhase(peer, true);
        byte[] secret = agreement.generateSecret();
        // RFC 8031 3: the result of a point of small order; some providers refuse it themselves, none has to.
        if (Arrays.equals(secret, new byte[length])) {
            throw new InvalidKeyException("the result is all zero");
        }
        return secret;
    }
}
