package dev.espalier.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.vectors.Vectors;
import dev.espalier.wire.Octets;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("IKE-43")
class KeyExchangeVectorsTest {
    @ParameterizedTest
    @CsvSource({"x25519, X25519, X25519, 1", "x448, X448, X448, 8"})
    void montgomeryCurvesAgreeWithWycheproof(String file, XdhKeyExchange exchange, String curve, int every)
            throws Exception {
        List<Vectors.Case> cases = Vectors.sampled(file, every);
        for (Vectors.Case vector : cases) {
            PrivateKey own = KeyFactory.getInstance("XDH")
                    .generatePrivate(new XECPrivateKeySpec(
                            new NamedParameterSpec(curve),
                            vector.octets("private").toArray()));
            // RFC 8031 3: an all-zero result is refused. Non-canonical values are acceptable and taken as RFC 7748 5
            // says.
            boolean refused = vector.invalid() || vector.flagged("ZeroSharedSecret");
            assertThat(agree(exchange, own, vector.octets("public")))
                    .as("%s", vector)
                    .isEqualTo(refused ? Optional.empty() : Optional.of(vector.octets("shared")));
        }
        assertThat(cases).hasSizeGreaterThan(500 / every);
    }

    @ParameterizedTest
    @CsvSource({
        "ecdh_secp256r1_ecpoint, P256, secp256r1, 32, 1",
        "ecdh_secp384r1_ecpoint, P384, secp384r1, 48, 8",
        "ecdh_secp521r1_ecpoint, P521, secp521r1, 66, 16"
    })
    void nistCurvesAgreeWithWycheproof(String file, EcpKeyExchange exchange, String curve, int fieldLength, int every)
            throws Exception {
        List<Vectors.Case> cases = Vectors.sampled(file, every);
        for (Vectors.Case vector : cases) {
            Octets point = vector.octets("public");
            // IKE writes x | y; only an uncompressed point has that form, behind one octet.
            boolean expressible = point.length() == 1 + 2 * fieldLength && point.get(0) == 4;
            Octets value = expressible ? point.slice(1, 2 * fieldLength) : point;
            assertThat(agree(exchange, privateKey(curve, vector.octets("private")), value))
                    .as("%s", vector)
                    .isEqualTo(vector.valid() ? Optional.of(vector.octets("shared")) : Optional.empty());
        }
        assertThat(cases).hasSizeGreaterThan(300 / every);
    }

    @Test
    void rfc5903Section81() throws Exception {
        PrivateKey own = privateKey(
                "secp256r1", Octets.fromHex("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433"));
        Octets peer = Octets.fromHex("d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
                + "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab");
        assertThat(agree(EcpKeyExchange.P256, own, peer))
                .contains(Octets.fromHex("d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"));
    }

    private static Optional<Octets> agree(DiffieHellman exchange, PrivateKey own, Octets peer)
            throws GeneralSecurityException {
        try {
            return Optional.of(Octets.wrap(exchange.agree(own, exchange.decode(peer))));
        } catch (InvalidKeyException | InvalidKeySpecException e) {
            return Optional.empty();
        }
    }

    private static PrivateKey privateKey(String curve, Octets scalar) throws GeneralSecurityException {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec(curve));
        return KeyFactory.getInstance("EC")
                .generatePrivate(new ECPrivateKeySpec(
                        new BigInteger(1, scalar.toArray()), parameters.getParameterSpec(ECParameterSpec.class)));
    }
}
