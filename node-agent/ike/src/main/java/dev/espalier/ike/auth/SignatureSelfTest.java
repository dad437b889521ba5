package dev.espalier.ike.auth;

import dev.espalier.ike.message.AuthMethod;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Known-answer tests at start-up of every signature scheme that we verify with, so that a JVM whose providers lack one or compute it
 * wrongly is found out before a peer is. Each has to accept the right message and to refuse another.
 */
public final class SignatureSelfTest {
    private static final Octets MESSAGE = Octets.wrap("espalier".getBytes(StandardCharsets.US_ASCII));

    /** RFC 8032 7.1, test 1, in SubjectPublicKeyInfo. */
    private static final String ED25519_KEY =
            "302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    private static final String ED25519_SIGNATURE =
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                    + "d25bf5f0595bbe24655141438e7a100b";

    /** RFC 8032 7.4, blank, in SubjectPublicKeyInfo. */
    private static final String ED448_KEY =
            "3043300506032b6571033a005fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46"
                    + "c7061bd6783df1e50f6cd1fa1abeafe8256180";

    private static final String ED448_SIGNATURE =
            "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22ddd47d782"
                    + "8c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4"
                    + "dbb61149f05a7363268c71d95808ff2e652600";

    private static final String P256_KEY =
            "3059301306072a8648ce3d020106082a8648ce3d030107034200047b7153fc92143cbca7a01e80c6b277b5bf7e5dcf3d"
                    + "4c873120c5e40b240210fb9e8650a6200cf287ba69266db54128908726ad71b4358da054619ef3cdd9aa41";

    private static final String P256_SIGNATURE =
            "304402206931db25adca72d056b98faed577a7a11ad2ef5ead012a20957760c056216452022074842f48fcbc8ab469fd"
                    + "f201103f26d68a0bebdfddc5e51ccb2924f079d0ebce";

    private static final String P384_KEY =
            "3076301006072a8648ce3d020106052b8104002203620004f98f33347a1be95732d5ea4180675fd58cec27d835ce5523"
                    + "01bb1f8d0f360044e552271378aea8fca2526a8eac3169e2e90147c11b9ae8a61675e142c95778978ef1c4a3928e0fba"
                    + "6f9137b8d8069e111e936569d69a50e766e70a4224fd4363";

    private static final String P384_SIGNATURE =
            "30650231008655a9588e572588948fcc8bcc32d883c6fb148c12e35e2ba297b0db1e2efa6ba8f02afd874ae587408941"
                    + "dd581eb4560230207adea774e81b0a1278c908cc50fb885a5b16afb31686ead6f4d52b1f224df590cd68060129d1c869"
                    + "05cb97897617b1";

    private static final String P521_KEY =
            "30819b301006072a8648ce3d020106052b810400230381860004011733a37a0c0f843e7c6730a20016a8fb96462bd174"
                    + "b63e8464a6d37ca3b06f5155bf273a93a7be8c2de6a87b3d48cbdcaafe93232b79e9364493b1d55924f4d5e4002e4872"
                    + "50b9f7f71c2d5f1ca232bcca1f942c37b4ae8a3437751cbb8c4a562cf8f37c07c96ba3d9b5e29c719c446ecc8a9a9be9"
                    + "5392a17f297cba99da3dcb146329";

    private static final String P521_SIGNATURE =
            "308188024201a9f5cd34147ba1baf3e304bfc701a74cbbe84c26117d3c53532b591075bdfe1c9e5bfeff60283d6da190"
                    + "57e8a889d85a8958af54ccb8bfdf079e08630270ef1faa024201aba70be548948b730765c45b67fdd32239de25cd08c8"
                    + "859ec2f0a8cf0d7c537f137a6912d6678e88582c39e40af04156818159a6a1a8740d01b91f5ef76d0babd0";

    private static final String RSA_MODULUS =
            "ad7d00b84f58ebe0ead43a14dfb6045d8044c7515f69e6c6d4493b9c5166b77aa59df6683be53982d6cd41044a88815d"
                    + "524b7fa9015fb3c377f37d5e037f6a5a3a8d07a24ab5764c38bf1f05d0993c28fb60b1b9761003b8ff69213e07c1c164"
                    + "133f337b28af118562e2eb98244c05d35055cc22dbe552a43f84572561cf985778e94ef2e80100e504938914a5715bb4"
                    + "bc5e830e6d5adae11a0e268c3ce3568dd76e57cbb4ed34ea892b6e4cc73913aebc747f0e533fb7986aa238f30bacbfe0"
                    + "69c7d0227a4db5ef905cbeca7e09fffc7b134870799d877688a0345f6ffce7a5cee75666315b7d8f44bedad9ceb64025"
                    + "e130e0944ff8fc90dfbb9e2c8e193cbb";

    private static final String PSS_SHA2_256_SIGNATURE =
            "2887e1eb44499dfed258a7240ceef64f53aaec3e9eaebf98462d5f8f0aebe0e277d274547862d16f7836370aa9906972"
                    + "42afb34b296bba851937a1bd56a6c692328b45c40d254cc5b3571cdcd722d9c9f781096c0e1ae1415a72aabf56323290"
                    + "dd1dbe2fcace24044d2af62b79c307ef64217da01bcdb93c952d67ae2f6b2ecf82069e8882dbc1ef9b9e07752eef8700"
                    + "b93d9c04a4a69adf307c7a32a0007587309a466817c58978e0ec379e558349debc86d63e929a1842444ae21708e9df4d"
                    + "7e321013cd6d7221a983a25339a9867154e73aed876796b9cd3c8652671c852b96cc3c56bea9265563cd35cd610f7264"
                    + "ede1e02fb821a95386d0285166afdf06";

    private static final String PSS_SHA2_384_SIGNATURE =
            "87a9f4b889a9b158a43e6aea898d71f6bb3b7239205f5a27880ecb51f79de780aa8eec27ac83d5890da9080ce4a8a9bb"
                    + "ab1ef95326be310d0c645dba4ec6b209492564a5ced5a59a1442eb906cba45605d2dab80cc153fb3390482eae1ab42d3"
                    + "639a9a8d902cc0cef023574649419fe8091c1323f34aefa088115616be9d2156c32366650aa2a3e0e0d7e9e6fd5c6768"
                    + "7aec85716d4ab410f08140d29f119a9412281d17d428a386d69ea062f424c560c5d2d0080ea57d9032bbdb27721cbe11"
                    + "788118c1fcbcfd2aee191ca603943acdb7433f8a854ce0d7403ca542d363099c9ffbde244515949fbdc7dca3f520f739"
                    + "9b989219d216b7d9790668f9c354e051";

    private static final String PSS_SHA2_512_SIGNATURE =
            "1667e238489fe5b236bd4c97d5e2bac1dfb57e2c47f5b2dc386591f01a4ca23ae71172f00bcefa6a890ac76deac1fe88"
                    + "f2c0652f0ffcf4b41c4d463e8b2b872ee06bf758c441817259f3ff06ea91e09fc03273b7bb69e7936017077d7d41f119"
                    + "423e4d40eabed360e596b7572e0b55e0c8a4ecbfafa6d6ffa3ef6fc53bf2d2ab90b215dbff2490ab86fd0f915aa75797"
                    + "2ac1cbecb3fe075d121d3b4ebab42c672b849f7de749eea07dabe74262e190b02e8fbb575ea22af7ef398619b73ea325"
                    + "92366b68dd20a1421928d6cf92f8bb70511cd84088a7225f1700962a81107c7fbeca4283b122ebf544466aafdc24d226"
                    + "40e435c832cc8862032def986104c708";

    private SignatureSelfTest() {}

    /** What failed, by name; empty when all is well. Takes some milliseconds. */
    public static List<String> failures() {
        List<String> failures = new ArrayList<>();
        for (SignatureScheme scheme : SignatureScheme.values()) {
            try {
                Octets message =
                        scheme == SignatureScheme.ED25519 || scheme == SignatureScheme.ED448 ? Octets.EMPTY : MESSAGE;
                PublicKey key = key(scheme);
                Payload.Authentication auth = digitalSignature(scheme, Octets.fromHex(signature(scheme)));
                AuthVerifier.problem(key, auth, message).ifPresent(reason -> failures.add(scheme + ": " + reason));
                if (AuthVerifier.problem(key, auth, message.concat(MESSAGE)).isEmpty()) {
                    failures.add(scheme + ": accepts another message");
                }
            } catch (GeneralSecurityException e) {
                failures.add(scheme + ": " + e);
            }
        }
        return failures;
    }

    private static String signature(SignatureScheme scheme) {
        return switch (scheme) {
            case ECDSA_SHA2_256 -> P256_SIGNATURE;
            case ECDSA_SHA2_384 -> P384_SIGNATURE;
            case ECDSA_SHA2_512 -> P521_SIGNATURE;
            case ED25519 -> ED25519_SIGNATURE;
            case ED448 -> ED448_SIGNATURE;
            case RSASSA_PSS_SHA2_256 -> PSS_SHA2_256_SIGNATURE;
            case RSASSA_PSS_SHA2_384 -> PSS_SHA2_384_SIGNATURE;
            case RSASSA_PSS_SHA2_512 -> PSS_SHA2_512_SIGNATURE;
        };
    }

    private static PublicKey key(SignatureScheme scheme) throws GeneralSecurityException {
        return switch (scheme) {
            case ECDSA_SHA2_256 -> decode("EC", P256_KEY);
            case ECDSA_SHA2_384 -> decode("EC", P384_KEY);
            case ECDSA_SHA2_512 -> decode("EC", P521_KEY);
            case ED25519 -> decode("Ed25519", ED25519_KEY);
            case ED448 -> decode("Ed448", ED448_KEY);
            case RSASSA_PSS_SHA2_256, RSASSA_PSS_SHA2_384, RSASSA_PSS_SHA2_512 ->
                KeyFactory.getInstance("RSA")
                        .generatePublic(
                                new RSAPublicKeySpec(new BigInteger(RSA_MODULUS, 16), BigInteger.valueOf(65537)));
        };
    }

    private static PublicKey decode(String algorithm, String spki) throws GeneralSecurityException {
        return KeyFactory.getInstance(algorithm)
                .generatePublic(new X509EncodedKeySpec(Octets.fromHex(spki).toArray()));
    }

    private static Payload.Authentication digitalSignature(SignatureScheme scheme, Octets signature) {
        Octets algorithm = scheme.algorithmIdentifier();
        return new Payload.Authentication(
                AuthMethod.DIGITAL_SIGNATURE,
                new WireWriter()
                        .u8(algorithm.length())
                        .octets(algorithm)
                        .octets(signature)
                        .toOctets());
    }
}
