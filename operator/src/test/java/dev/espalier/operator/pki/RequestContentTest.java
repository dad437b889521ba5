package dev.espalier.operator.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.operator.pki.Denial.Reason;
import dev.espalier.operator.pki.RequestContent.Reading;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("CSR-03")
@Tag("CSR-04")
class RequestContentTest {
    private static final List<String> USAGES = List.of("digital signature", "client auth", "server auth");
    private static final KeyPair P256 = Requests.keys("EC", new ECGenParameterSpec("secp256r1"));
    private static final KeyPair OTHER = Requests.keys("EC", new ECGenParameterSpec("secp256r1"));
    private static final GeneralName NODE = new GeneralName(GeneralName.dNSName, "worker-1");

    static Stream<Arguments> keys() {
        return Stream.of(
                Arguments.of(P256, "SHA256withECDSA"),
                Arguments.of(Requests.keys("EC", new ECGenParameterSpec("secp384r1")), "SHA384withECDSA"),
                Arguments.of(Requests.keys("Ed25519", NamedParameterSpec.ED25519), "Ed25519"),
                Arguments.of(
                        Requests.keys("RSA", new RSAKeyGenParameterSpec(3072, RSAKeyGenParameterSpec.F4)),
                        "SHA256withRSA"));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void takesNameAndKeyOfAProperRequest(KeyPair keys, String signature) {
        Reading reading =
                RequestContent.read(Requests.pem(Requests.proper(keys, signature, "worker-1")), USAGES.reversed());

        assertThat(reading).isEqualTo(new Reading.Proper("worker-1", keys.getPublic()));
    }

    static Stream<Arguments> wrongKeys() {
        return Stream.of(
                Arguments.of(
                        Requests.keys("EC", new ECGenParameterSpec("secp521r1")), "SHA512withECDSA", "EC on P-256"),
                Arguments.of(
                        Requests.keys("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4)),
                        "SHA256withRSA",
                        "2048 bits"),
                Arguments.of(
                        Requests.keys("RSA", new RSAKeyGenParameterSpec(3072, BigInteger.valueOf(3))),
                        "SHA256withRSA",
                        "exponent 3"),
                Arguments.of(Requests.keys("Ed448", NamedParameterSpec.ED448), "Ed448", "must be EC on P-256"));
    }

    @ParameterizedTest
    @MethodSource("wrongKeys")
    void refusesOtherKeysSayingWhatIsThere(KeyPair keys, String signature, String said) {
        assertImproper(
                RequestContent.read(Requests.pem(Requests.proper(keys, signature, "worker-1")), USAGES),
                Reason.WRONG_KEY,
                said);
    }

    @Test
    void refusesARequestThatIsNotSignedByItsOwnKey() {
        byte[] pem = Requests.pem(Requests.request(
                P256,
                OTHER,
                "SHA256withECDSA",
                "O=espalier:nodes,CN=worker-1",
                names -> Requests.addNames(names, NODE)));

        assertImproper(RequestContent.read(pem, USAGES), Reason.WRONG_KEY, "not signed by its own key");
    }

    static Stream<Arguments> wrongContents() {
        GeneralName address = new GeneralName(GeneralName.iPAddress, "10.0.0.1");
        GeneralName other = new GeneralName(GeneralName.dNSName, "worker-2");
        Consumer<ExtensionsGenerator> none = extensions -> {};
        Consumer<ExtensionsGenerator> proper = names -> Requests.addNames(names, NODE);
        return Stream.of(
                Arguments.of("CN=worker-1", proper, "must be O=espalier:nodes"),
                Arguments.of("O=acme,CN=worker-1", proper, "must be O=espalier:nodes"),
                Arguments.of("O=espalier:nodes,O=espalier:nodes,CN=worker-1", proper, "must be O=espalier:nodes"),
                Arguments.of("O=espalier:nodes,OU=x,CN=worker-1", proper, "must be O=espalier:nodes"),
                Arguments.of("O=espalier:nodes+CN=worker-1", proper, "must be O=espalier:nodes"),
                Arguments.of("O=espalier:nodes,CN=Worker_1", proper, "must be O=espalier:nodes"),
                Arguments.of("O=espalier:nodes,CN=worker-1", none, "no subject alternative name"),
                Arguments.of("O=espalier:nodes,CN=worker-1", names(other), "must be DNS:worker-1 alone"),
                Arguments.of("O=espalier:nodes,CN=worker-1", names(NODE, other), "must be DNS:worker-1 alone"),
                Arguments.of("O=espalier:nodes,CN=worker-1", names(NODE, address), "must be DNS:worker-1 alone"),
                Arguments.of(
                        "O=espalier:nodes,CN=worker-1",
                        proper.andThen(
                                more -> Requests.add(more, Extension.basicConstraints, new BasicConstraints(true))),
                        "must not be asked for"));
    }

    @ParameterizedTest
    @MethodSource("wrongContents")
    void refusesOtherNamesAndExtensions(String subject, Consumer<ExtensionsGenerator> extensions, String said) {
        byte[] pem = Requests.pem(Requests.request(P256, P256, "SHA256withECDSA", subject, extensions));

        assertImproper(RequestContent.read(pem, USAGES), Reason.WRONG_CONTENT, said);
    }

    @Test
    void refusesOtherUsages() {
        byte[] pem = Requests.pem(Requests.proper(P256, "SHA256withECDSA", "worker-1"));

        assertImproper(
                RequestContent.read(pem, List.of("digital signature", "client auth")), Reason.WRONG_CONTENT, "usages");
        assertImproper(
                RequestContent.read(pem, List.of("digital signature", "client auth", "cert sign")),
                Reason.WRONG_CONTENT,
                "cert sign");
        assertImproper(
                RequestContent.read(pem, List.of("client auth", "client auth", "server auth")),
                Reason.WRONG_CONTENT,
                "usages");
    }

    @Test
    void refusesWhatIsNoSingleRequest() {
        byte[] twice = Requests.pem(
                Requests.proper(P256, "SHA256withECDSA", "worker-1"),
                Requests.proper(OTHER, "SHA256withECDSA", "worker-1"));

        assertImproper(RequestContent.read(new byte[0], USAGES), Reason.WRONG_CONTENT, "no PEM");
        assertImproper(
                RequestContent.read("nonsense".getBytes(StandardCharsets.US_ASCII), USAGES),
                Reason.WRONG_CONTENT,
                "no PEM");
        assertImproper(RequestContent.read(twice, USAGES), Reason.WRONG_CONTENT, "more than one block");
        assertImproper(RequestContent.read(new byte[17 * 1024], USAGES), Reason.WRONG_CONTENT, "longer than");
    }

    @Test
    void mutatedRequestsAreRefusedAndNothingIsThrown() {
        long seed = 20261124;
        Random random = new Random(seed);
        byte[] pem = Requests.pem(Requests.proper(P256, "SHA256withECDSA", "worker-1"));
        for (int round = 0; round < 2000; round++) {
            byte[] mutated = pem.clone();
            int at = 40 + random.nextInt(pem.length - 80);
            mutated[at] = (byte) "ABCDEFGHabcdefgh0123/+=".charAt(random.nextInt(23));

            Reading reading = RequestContent.read(mutated, USAGES);

            if (mutated[at] != pem[at]) {
                assertThat(reading).as("seed %d round %d", seed, round).isInstanceOf(Reading.Improper.class);
            }
        }
    }

    private static Consumer<ExtensionsGenerator> names(GeneralName... names) {
        return extensions -> Requests.addNames(extensions, names);
    }

    private static void assertImproper(Reading reading, Reason reason, String said) {
        assertThat(reading).isInstanceOfSatisfying(Reading.Improper.class, improper -> {
            assertThat(improper.denial().reason()).isEqualTo(reason);
            assertThat(improper.denial().message()).contains(said);
        });
    }
}
