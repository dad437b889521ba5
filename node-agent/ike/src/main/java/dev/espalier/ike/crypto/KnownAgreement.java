package dev.espalier.ike.crypto;

import dev.espalier.wire.Octets;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import javax.crypto.spec.DHPrivateKeySpec;

/**
 * A published key agreement: own private key, the peer's public value, the secret. X25519 and X448 from RFC 7748 6 by way of RFC 8037
 * A.6 and A.7, the NIST curves from RFC 5903 8; there is none for MODP groups, so that {@link #modp} computes one without JCA.
 */
@SuppressWarnings("ImmutableEnumChecker") // Key exchanges are enums and never change.
enum KnownAgreement {
    X25519(
            XdhKeyExchange.X25519,
            "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"),
    X448(
            XdhKeyExchange.X448,
            "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d"
                    + "9ac2d8c0a598726b",
            "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae"
                    + "07bdc1c67bf33609",
            "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a"
                    + "449a5037514a879d"),
    P256(
            EcpKeyExchange.P256,
            "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
            "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c13c58d6a"
                    + "ac23f046ada30f8353e74f33039872ab",
            "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"),
    P384(
            EcpKeyExchange.P384,
            "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab194",
            "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774a3571"
                    + "dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
            "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59746"),
    P521(
            EcpKeyExchange.P521,
            "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095aa85a30fe1c2952c6771d937ba9777"
                    + "f5957b2639bab072462f68c27a57382d4a52",
            "00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a219b97c356436adc6e95bb0352f6be64a6"
                    + "c2912d4ef2d0433ced2b6171640012d9460f015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d985207"
                    + "7b87220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd17f0fc56a",
            "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa240a34786859810c06"
                    + "b3c715a3a8cc3151f2bee417996d19f3ddea");

    private final DiffieHellman exchange;
    private final String own;
    private final String peer;
    private final String secret;

    KnownAgreement(DiffieHellman exchange, String own, String peer, String secret) {
        this.exchange = exchange;
        this.own = own;
        this.peer = peer;
        this.secret = secret;
    }

    boolean holds() throws GeneralSecurityException {
        byte[] made = exchange.agree(privateKey(), exchange.decode(Octets.fromHex(peer)));
        return Octets.wrap(made).equals(Octets.fromHex(secret));
    }

    /** Both private keys are made of the octets of "espalier", so that nothing can be hidden in them. */
    static boolean modp(ModpKeyExchange group) throws GeneralSecurityException {
        BigInteger p = ModpPrimes.ofBits(group.bits());
        BigInteger own = new BigInteger("6573" + "70616c696572".repeat(5), 16);
        BigInteger peer = BigInteger.TWO.modPow(new BigInteger("6573".repeat(15), 16), p);
        PrivateKey ownKey = KeyFactory.getInstance("DH").generatePrivate(new DHPrivateKeySpec(own, p, BigInteger.TWO));
        int length = group.bits() / 8;
        byte[] made = group.agree(ownKey, group.decode(UnsignedNumbers.encode(peer, length)));
        return Octets.wrap(made).equals(UnsignedNumbers.encode(peer.modPow(own, p), length));
    }

    private PrivateKey privateKey() throws GeneralSecurityException {
        byte[] octets = Octets.fromHex(own).toArray();
        return switch (this) {
            case X25519 -> montgomery(NamedParameterSpec.X25519, octets);
            case X448 -> montgomery(NamedParameterSpec.X448, octets);
            case P256 -> nist("secp256r1", octets);
            case P384 -> nist("secp384r1", octets);
            case P521 -> nist("secp521r1", octets);
        };
    }

    private static PrivateKey montgomery(NamedParameterSpec curve, byte[] scalar) throws GeneralSecurityException {
        return KeyFactory.getInstance("XDH").generatePrivate(new XECPrivateKeySpec(curve, scalar));
    }

    private static PrivateKey nist(String curve, byte[] scalar) throws GeneralSecurityException {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec(curve));
        return KeyFactory.getInstance("EC")
                .generatePrivate(new ECPrivateKeySpec(
                        new BigInteger(1, scalar), parameters.getParameterSpec(ECParameterSpec.class)));
    }
}
