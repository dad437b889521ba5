package dev.espalier.ike.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.message.AuthMethod;
import dev.espalier.ike.message.Payload;
import dev.espalier.ike.vectors.Vectors;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthVerifierTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Octets OCTETS = Octets.fromHex("0123456789");
    private static final KeyPair P256 = CertificateForge.ecKey("secp256r1");
    private static final KeyPair RSA = CertificateForge.rsaKey(2048, BigInteger.valueOf(65537));

    static Stream<Arguments> keys() {
        return Stream.of(
                Arguments.of("P-256", P256),
                Arguments.of("P-384", CertificateForge.ecKey("secp384r1")),
                Arguments.of("P-521", CertificateForge.ecKey("secp521r1")),
                Arguments.of("Ed25519", CertificateForge.ed25519Key()),
                Arguments.of("Ed448", CertificateForge.ed448Key()),
                Arguments.of("RSA", RSA));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keys")
    @Tag("SIG-01")
    void verifiesWhatTheSignerMakes(String name, KeyPair keys) {
        Payload.Authentication auth = signed(keys, EnumSet.allOf(HashAlgorithm.class));
        assertThat(auth.method()).isEqualTo(AuthMethod.DIGITAL_SIGNATURE);
        assertThat(AuthVerifier.problem(keys.getPublic(), auth, OCTETS)).isEmpty();
        assertThat(AuthVerifier.problem(keys.getPublic(), auth, OCTETS.concat(OCTETS)))
                .isPresent();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keys")
    @Tag("SIG-05")
    void refusesEveryTruncationAndATrailingOctet(String name, KeyPair keys) {
        Octets value = signed(keys, EnumSet.allOf(HashAlgorithm.class)).data();
        for (int length = 0; length < value.length(); length++) {
            assertThat(problem(keys, value.slice(0, length)))
                    .as("%d octets", length)
                    .isPresent();
        }
        assertThat(problem(keys, value.concat(Octets.of((byte) 0)))).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "ecdsa_secp256r1_sha256, 1, 300a06082a8648ce3d040302",
        "ecdsa_secp384r1_sha384, 8, 300a06082a8648ce3d040303",
        "ecdsa_secp521r1_sha512, 16, 300a06082a8648ce3d040304",
        "ed25519, 1, 300506032b6570",
        "ed448, 1, 300506032b6571",
        // RFC 7427 A.4.3 for SHA-256 and a salt of 32 octets
        "rsa_pss_2048_sha256_mgf1_32, 1, 304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120",
        "rsa_pss_3072_sha256_mgf1_32, 1, 303d06092a864886f70d01010a3030a00d300b0609608648016503040201a11a301806092a864886f70d010108300b0609608648016503040201a203020120",
        "rsa_pss_4096_sha512_mgf1_64, 1, 304106092a864886f70d01010a3034a00f300d06096086480165030402030500a11c301a06092a864886f70d010108300d06096086480165030402030500a203020140"
    })
    @Tag("SIG-02")
    @Tag("SIG-03")
    @Tag("SIG-04")
    @Tag("SIG-05")
    void agreesWithWycheproof(String file, int every, String algorithmIdentifier) throws Exception {
        List<Vectors.Case> cases = Vectors.sampled(file, every);
        for (Vectors.Case vector : cases) {
            Payload.Authentication auth = digitalSignature(Octets.fromHex(algorithmIdentifier), vector.octets("sig"));
            assertThat(AuthVerifier.problem(publicKey(vector), auth, vector.octets("msg"))
                            .isEmpty())
                    .as("%s", vector)
                    .isEqualTo(vector.valid());
        }
        assertThat(cases).hasSizeGreaterThan(80 / every);
    }

    @Test
    @Tag("SIG-05")
    void plainEcdsaAgreesWithWycheproof() throws Exception {
        List<Vectors.Case> cases = Vectors.wycheproof("ecdsa_secp256r1_sha256_p1363");
        for (Vectors.Case vector : cases) {
            var auth = new Payload.Authentication(AuthMethod.ECDSA_SHA256_P256, vector.octets("sig"));
            assertThat(AuthVerifier.problem(publicKey(vector), auth, vector.octets("msg"))
                            .isEmpty())
                    .as("%s", vector)
                    .isEqualTo(vector.valid());
        }
        assertThat(cases).hasSizeGreaterThan(200);
    }

    @Test
    @Tag("SIG-02")
    void pkcs1OfAPeerWithoutRfc7427AgreesWithWycheproof() throws Exception {
        List<Vectors.Case> cases = Vectors.wycheproof("rsa_signature_2048_sha256");
        for (Vectors.Case vector : cases) {
            var auth = new Payload.Authentication(AuthMethod.RSA_SIGNATURE, vector.octets("sig"));
            Optional<String> problem = AuthVerifier.problem(publicKey(vector), auth, vector.octets("msg"), false);
            // The hash is the signer's choice here; the file takes SHA-384 and SHA-512 for wrong.
            boolean otherHash = vector.test().get("comment").asText().matches(".* with SHA-(384|512) instead .*");
            assertThat(problem.isEmpty() && vector.invalid())
                    .as("%s accepted", vector)
                    .isEqualTo(otherHash);
            // Exponent 3, which we refuse.
            boolean smallExponent = vector.flagged("SmallPublicKey");
            assertThat(problem.isPresent() && vector.valid())
                    .as("%s refused", vector)
                    .isEqualTo(smallExponent && vector.valid());
        }
        assertThat(cases).hasSizeGreaterThan(200);
    }

    @Test
    @Tag("SIG-02")
    void pkcs1IsForRsaKeysAndPeersWithoutRfc7427Alone() throws Exception {
        var auth = new Payload.Authentication(AuthMethod.RSA_SIGNATURE, sign(RSA, "SHA256withRSA"));
        assertThat(AuthVerifier.problem(RSA.getPublic(), auth, OCTETS, false)).isEmpty();
        assertThat(AuthVerifier.problem(RSA.getPublic(), auth, OCTETS, true))
                .hasValueSatisfying(reason -> assertThat(reason).contains("knows RFC 7427"));
        assertThat(AuthVerifier.problem(P256.getPublic(), auth, OCTETS, false))
                .hasValueSatisfying(reason -> assertThat(reason).contains("needs an RSA key"));
        var sha1 = new Payload.Authentication(AuthMethod.RSA_SIGNATURE, sign(RSA, "SHA1withRSA"));
        assertThat(AuthVerifier.problem(RSA.getPublic(), sha1, OCTETS, false))
                .hasValueSatisfying(reason -> assertThat(reason).contains("SHA-1 is not accepted"));
    }

    @Test
    @Tag("SIG-04")
    void refusesAnEdwardsCurveForAKeyOfTheOther() throws Exception {
        KeyPair ed448 = CertificateForge.ed448Key();
        Octets ed25519 = SignatureScheme.ED25519.algorithmIdentifier();
        assertThat(problem(
                        ed448, digitalSignature(ed25519, sign(ed448, "Ed448")).data()))
                .hasValueSatisfying(reason -> assertThat(reason).contains("with a key for"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "300906072a8648ce3d0401", // ecdsa-with-SHA1
                "300a06082a8648ce3d040301", // ecdsa-with-SHA224
                "300c06082a8648ce3d0403020500", // ecdsa-with-SHA256 with NULL for parameters
                "30810a06082a8648ce3d040302", // length in long form
                "3080" + "06082a8648ce3d040302" + "0000", // indefinite length
                "06082a8648ce3d040302", // object identifier alone
                ""
            })
    @Tag("SIG-02")
    void refusesOtherSpellingsOfAnEcdsaAlgorithm(String algorithmIdentifier) throws Exception {
        Octets signature = sign(P256, "SHA256withECDSA");
        assertThat(problem(
                        P256,
                        digitalSignature(Octets.fromHex(algorithmIdentifier), signature)
                                .data()))
                .hasValueSatisfying(reason -> assertThat(reason).contains("not accepted"));
    }

    @Test
    @Tag("SIG-02")
    void refusesPkcs1AndEd25519WithParameters() throws Exception {
        Octets pkcs1 = Octets.fromHex("300d06092a864886f70d01010b0500");
        assertThat(problem(
                        RSA, digitalSignature(pkcs1, sign(RSA, "SHA256withRSA")).data()))
                .isPresent();

        KeyPair ed25519 = CertificateForge.ed25519Key();
        Octets withNull = Octets.fromHex("300706032b65700500");
        assertThat(problem(
                        ed25519,
                        digitalSignature(withNull, sign(ed25519, "Ed25519")).data()))
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "SHA-256, SHA-256, 0, 304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020100",
        "SHA-256, SHA-256, 20, 304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020114",
        "SHA-256, SHA-512, 32, 304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402030500a203020120",
        "SHA-1, SHA-1, 20, 300d06092a864886f70d01010a3000",
        "SHA-1, SHA-1, 20, 300b06092a864886f70d01010a"
    })
    @Tag("SIG-03")
    void refusesPssWithOtherParametersThoughTheSignatureIsRight(
            String hash, String maskHash, int salt, String algorithmIdentifier) throws Exception {
        Signature signer = Signature.getInstance("RSASSA-PSS");
        signer.setParameter(new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(maskHash), salt, 1));
        signer.initSign(RSA.getPrivate());
        signer.update(OCTETS.toArray());
        Octets signature = Octets.wrap(signer.sign());
        assertThat(problem(
                        RSA,
                        digitalSignature(Octets.fromHex(algorithmIdentifier), signature)
                                .data()))
                .hasValueSatisfying(reason -> assertThat(reason).contains("not accepted"));
    }

    @Test
    @Tag("SIG-02")
    void refusesAnAlgorithmForAnotherKindOfKey() {
        Octets value = signed(P256, EnumSet.allOf(HashAlgorithm.class)).data();
        assertThat(problem(RSA, value))
                .hasValueSatisfying(reason -> assertThat(reason).contains("with a key for RSA"));
    }

    @Test
    @Tag("SIG-05")
    void refusesRfc4754MethodsWithAKeyOnAnotherCurve() {
        KeyPair p384 = CertificateForge.ecKey("secp384r1");
        Payload.Authentication auth = signed(p384, Set.of());
        assertThat(auth.method()).isEqualTo(AuthMethod.ECDSA_SHA384_P384);
        assertThat(AuthVerifier.problem(p384.getPublic(), auth, OCTETS)).isEmpty();
        for (AuthMethod other : List.of(AuthMethod.ECDSA_SHA256_P256, AuthMethod.ECDSA_SHA512_P521)) {
            assertThat(AuthVerifier.problem(p384.getPublic(), new Payload.Authentication(other, auth.data()), OCTETS))
                    .hasValueSatisfying(reason -> assertThat(reason).contains("needs a key on"));
        }
    }

    @Test
    @Tag("SIG-05")
    void refusesZerosInBothEcdsaForms() {
        assertThat(AuthVerifier.problem(
                        P256.getPublic(),
                        new Payload.Authentication(AuthMethod.ECDSA_SHA256_P256, Octets.wrap(new byte[64])),
                        OCTETS))
                .hasValueSatisfying(reason -> assertThat(reason).contains("not within 1..n-1"));
        Octets zeros = Octets.fromHex("3006020100020100");
        assertThat(problem(
                        P256,
                        digitalSignature(SignatureScheme.ECDSA_SHA2_256.algorithmIdentifier(), zeros)
                                .data()))
                .hasValueSatisfying(reason -> assertThat(reason).contains("not within 1..n-1"));
    }

    /** The reason shows that the strictness is ours: a provider may be strict too, none has to be. */
    @ParameterizedTest
    @CsvSource({
        "30060201010201010000, trailing",
        "30080201010201010000, trailing",
        "308106020101020101, not in its shortest form",
        "300702020001020101, not in its shortest form",
        "30060201ff020101, not within 1..n-1",
        "3006040101020101, has another tag",
        "30800201010201010000, is too long",
        "30050200020101, not in its shortest form"
    })
    @Tag("SIG-05")
    void refusesEveryOtherSpellingOfAnEcdsaValue(String signature, String reason) {
        Octets value = Octets.fromHex(signature);
        assertThat(problem(
                        P256,
                        digitalSignature(SignatureScheme.ECDSA_SHA2_256.algorithmIdentifier(), value)
                                .data()))
                .hasValueSatisfying(problem -> assertThat(problem).contains(reason));
    }

    @ParameterizedTest
    @CsvSource({"1, degenerate exponent", "3, degenerate exponent", "65538, degenerate exponent"})
    @Tag("SIG-05")
    void refusesDegenerateRsaExponents(long exponent, String reason) throws Exception {
        BigInteger n = ((RSAPublicKey) RSA.getPublic()).getModulus();
        assertThat(keyProblem(n, BigInteger.valueOf(exponent))).contains(reason);
    }

    @Test
    void refusesRsaModuliOutOfBounds() throws Exception {
        BigInteger e = BigInteger.valueOf(65537);
        assertThat(keyProblem(BigInteger.ONE.shiftLeft(2047), e)).contains("even modulus");
        assertThat(keyProblem(BigInteger.ONE.shiftLeft(1535).setBit(0), e)).contains("1536 bits");
        assertThat(keyProblem(BigInteger.ONE.shiftLeft(8192).setBit(0), e)).contains("8193 bits");
    }

    @Test
    void refusesKeysOfOtherKinds() throws Exception {
        for (String algorithm : List.of("DSA", "X25519")) {
            PublicKey key =
                    KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPublic();
            assertThat(PublicKeyRules.problem(key)).as(algorithm).isPresent();
        }
    }

    private static String keyProblem(BigInteger modulus, BigInteger exponent) throws Exception {
        PublicKey key = new RawRsaKey(modulus, exponent);
        return PublicKeyRules.problem(key).orElse("none");
    }

    /** The JDK's own classes refuse some of these numbers by themselves; another provider's need not. */
    private record RawRsaKey(BigInteger getModulus, BigInteger getPublicExponent) implements RSAPublicKey {
        @Override
        public String getAlgorithm() {
            return "RSA";
        }

        @Override
        public String getFormat() {
            return "X.509";
        }

        @Override
        public byte[] getEncoded() {
            return new byte[0];
        }
    }

    private static PublicKey publicKey(Vectors.Case vector) throws Exception {
        byte[] der = Octets.fromHex(vector.group().get("publicKeyDer").asText()).toArray();
        String type = vector.group().get("type").asText();
        String algorithm = type.startsWith("Ecdsa") ? "EC" : type.startsWith("Eddsa") ? "EdDSA" : "RSA";
        return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
    }

    private static Payload.Authentication signed(KeyPair keys, Set<HashAlgorithm> peerHashes) {
        Signing signing = AuthSigner.sign(keys.getPrivate(), keys.getPublic(), peerHashes, OCTETS, RANDOM);
        assertThat(signing).isInstanceOf(Signing.Signed.class);
        return ((Signing.Signed) signing).auth();
    }

    private static Octets sign(KeyPair keys, String algorithm) throws Exception {
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(keys.getPrivate());
        signer.update(OCTETS.toArray());
        return Octets.wrap(signer.sign());
    }

    private static Payload.Authentication digitalSignature(Octets algorithmIdentifier, Octets signature) {
        return new Payload.Authentication(
                AuthMethod.DIGITAL_SIGNATURE,
                new WireWriter()
                        .u8(algorithmIdentifier.length())
                        .octets(algorithmIdentifier)
                        .octets(signature)
                        .toOctets());
    }

    private static Optional<String> problem(KeyPair keys, Octets digitalSignature) {
        return AuthVerifier.problem(
                keys.getPublic(), new Payload.Authentication(AuthMethod.DIGITAL_SIGNATURE, digitalSignature), OCTETS);
    }
}
