package dev.espalier.operator.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.operator.pki.Denial.Reason;
import dev.espalier.operator.pki.RequesterBinding.LiveNode;
import dev.espalier.operator.pki.RequesterBinding.LivePod;
import dev.espalier.operator.pki.RequesterBinding.Requester;
import dev.espalier.operator.pki.RequesterBinding.Stored;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("CSR-02")
class RequesterBindingTest {
    private static final String AGENT = "system:serviceaccount:espalier-system:espalier-agent";
    private static final Map<String, List<String>> EXTRA = Map.of(
            RequesterBinding.POD_NAME, List.of("espalier-agent-a"),
            RequesterBinding.POD_UID, List.of("pod-1"),
            RequesterBinding.NODE_NAME, List.of("a"),
            RequesterBinding.NODE_UID, List.of("node-1"));
    private static final LivePod POD = new LivePod("espalier-agent-a", "pod-1", "espalier-agent", "a", false);
    private static final LiveNode NODE = new LiveNode("a", "node-1", false);
    private static final Stored STORED = new Stored(Optional.of(POD), Optional.of(NODE), true);

    @Test
    void theAgentOfTheNodeIsTheNode() {
        assertThat(RequesterBinding.check("a", new Requester(AGENT, EXTRA), STORED))
                .isEmpty();
    }

    static Stream<Arguments> strangers() {
        return Stream.of(
                stranger("another service account", AGENT + "2", EXTRA, STORED, "only '" + AGENT + "' may ask"),
                stranger("no pod name", AGENT, without(RequesterBinding.POD_NAME), STORED, "not bound to a pod"),
                stranger("no pod uid", AGENT, without(RequesterBinding.POD_UID), STORED, "not bound to a pod"),
                stranger(
                        "two pod names",
                        AGENT,
                        with(RequesterBinding.POD_NAME, "espalier-agent-a", "espalier-agent-b"),
                        STORED,
                        "not bound to a pod"),
                stranger(
                        "pod gone",
                        AGENT,
                        EXTRA,
                        new Stored(Optional.empty(), Optional.of(NODE), true),
                        "there is no pod"),
                stranger(
                        "pod replaced",
                        AGENT,
                        EXTRA,
                        pod(p -> new LivePod(p.name(), "pod-2", p.serviceAccount(), "a", false)),
                        "earlier pod"),
                stranger(
                        "pod finished",
                        AGENT,
                        EXTRA,
                        pod(p -> new LivePod(p.name(), p.uid(), p.serviceAccount(), "a", true)),
                        "has finished"),
                stranger(
                        "pod of another account",
                        AGENT,
                        EXTRA,
                        pod(p -> new LivePod(p.name(), p.uid(), "default", "a", false)),
                        "'default'"),
                stranger(
                        "pod elsewhere",
                        AGENT,
                        EXTRA,
                        pod(p -> new LivePod(p.name(), p.uid(), p.serviceAccount(), "b", false)),
                        "runs on node 'b'"),
                stranger(
                        "pod nowhere",
                        AGENT,
                        EXTRA,
                        pod(p -> new LivePod(p.name(), p.uid(), p.serviceAccount(), "", false)),
                        "runs on node ''"),
                stranger(
                        "node gone",
                        AGENT,
                        EXTRA,
                        new Stored(Optional.of(POD), Optional.empty(), true),
                        "there is no node 'a'"),
                stranger("no node name", AGENT, without(RequesterBinding.NODE_NAME), STORED, "names no node"),
                stranger("no node uid", AGENT, without(RequesterBinding.NODE_UID), STORED, "names no node"),
                stranger("token of another node", AGENT, with(RequesterBinding.NODE_NAME, "b"), STORED, "of node 'b'"),
                stranger("node replaced", AGENT, with(RequesterBinding.NODE_UID, "node-0"), STORED, "earlier node"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("strangers")
    void anyoneElseIsDeniedWithWhatWasFound(String name, Requester requester, Stored stored, String said) {
        assertThat(RequesterBinding.check("a", requester, stored)).hasValueSatisfying(denial -> {
            assertThat(denial.reason()).isEqualTo(Reason.REQUESTER_NOT_NODE);
            assertThat(denial.message()).contains(said);
        });
    }

    @Test
    void anAgentDoesNotGetTheCertificateOfAnotherNode() {
        Stored stored = new Stored(Optional.of(POD), Optional.of(new LiveNode("b", "node-2", false)), true);

        assertThat(RequesterBinding.check("b", new Requester(AGENT, EXTRA), stored))
                .hasValueSatisfying(denial -> assertThat(denial.message()).contains("runs on node 'a', not on 'b'"));
    }

    @Test
    void onAnOldApiServerTheLivePodSaysWhichNode() {
        Map<String, List<String>> extra = new HashMap<>(EXTRA);
        extra.remove(RequesterBinding.NODE_NAME);
        extra.remove(RequesterBinding.NODE_UID);
        Requester requester = new Requester(AGENT, extra);
        Stored old = new Stored(Optional.of(POD), Optional.of(NODE), false);

        assertThat(RequesterBinding.check("a", requester, old)).isEmpty();
        assertThat(RequesterBinding.check("b", requester, old)).isPresent();
        assertThat(RequesterBinding.check("a", requester, STORED)).isPresent();
    }

    @Test
    void whatAnOldApiServerSaysAboutTheNodeHasToMatchAllTheSame() {
        Stored old = new Stored(Optional.of(POD), Optional.of(NODE), false);

        assertThat(RequesterBinding.check("a", new Requester(AGENT, without(RequesterBinding.NODE_UID)), old))
                .isPresent();
        assertThat(RequesterBinding.check("a", new Requester(AGENT, with(RequesterBinding.NODE_NAME, "b")), old))
                .isPresent();
    }

    @Test
    @Tag("CSR-08")
    void aNodeThatWasCutOffGetsNoCertificate() {
        Stored stored = new Stored(Optional.of(POD), Optional.of(new LiveNode("a", "node-1", true)), true);

        assertThat(RequesterBinding.check("a", new Requester(AGENT, EXTRA), stored))
                .hasValueSatisfying(denial -> assertThat(denial.reason()).isEqualTo(Reason.NODE_REVOKED));
    }

    private static Arguments stranger(
            String name, String username, Map<String, List<String>> extra, Stored stored, String said) {
        return Arguments.of(name, new Requester(username, extra), stored, said);
    }

    private static Map<String, List<String>> without(String key) {
        Map<String, List<String>> extra = new HashMap<>(EXTRA);
        extra.remove(key);
        return extra;
    }

    private static Map<String, List<String>> with(String key, String... values) {
        Map<String, List<String>> extra = new HashMap<>(EXTRA);
        extra.put(key, List.of(values));
        return extra;
    }

    private static Stored pod(UnaryOperator<LivePod> change) {
        return new Stored(Optional.of(change.apply(POD)), Optional.of(NODE), true);
    }
}
