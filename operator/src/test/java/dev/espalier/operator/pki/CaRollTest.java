package dev.espalier.operator.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.crds.v1alpha1.RollStage;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The whole roll with operators that die at every place they can, and nodes that follow the published bundle in any order. After every
 * event it must hold that any two nodes can prove themselves to each other.
 */
@Tag("CSR-07")
@EnableKubernetesMockClient(crud = true)
class CaRollTest {
    private static final Instant BEGIN = Instant.parse("2026-11-24T10:00:00Z");
    private static final Duration CA_LIFETIME = Duration.ofDays(100);

    @SuppressWarnings("NullAway.Init") // set by the extension
    KubernetesClient client;

    private final List<Node> nodes = List.of(new Node("a"), new Node("b"), new Node("c"));
    private Instant now = BEGIN;
    private boolean leads = true;
    private boolean diesAfterPublishing;

    /** An agent as far as a roll sees it: takes the published anchors, and asks for a certificate when its own is not of the first. */
    private final class Node {
        private final String name;
        private List<String> anchors = List.of();
        private String issuer = "";

        Node(String name) {
            this.name = name;
        }

        void follow() {
            anchors = published();
            if (!anchors.getFirst().equals(issuer)) {
                issuer = Fingerprint.of(stored().current().certificate());
                new ConfigMapStore(client, PkiNames.LEDGER)
                        .update(data -> new ConfigMapStore.Change<>(
                                Ledger.parse(data)
                                        .with(new IssuedCertificate(
                                                Integer.toHexString(Ledger.parse(data)
                                                                .entries()
                                                                .size()
                                                        + 1),
                                                name,
                                                "uid-" + name,
                                                now,
                                                now.plus(Duration.ofDays(1)),
                                                Optional.empty()))
                                        .data(),
                                name));
            }
        }

        NodeTrust report() {
            return new NodeTrust(anchors, issuer);
        }
    }

    @BeforeEach
    void aSettledCluster() {
        assertThat(advance(Optional.empty()).stage()).isEqualTo(RollStage.SETTLED);
        nodes.forEach(Node::follow);
    }

    @Test
    void eachStageWaitsForTheLastNodeAndTheOldKeyIsGoneAsSoonAsItSignsNoMore() {
        String old = published().getFirst();
        String oldKey = key("tls.key");
        ask();

        CaRoll.Position trustNew = advance(Optional.of(now));
        assertThat(trustNew.stage()).isEqualTo(RollStage.TRUST_NEW);
        assertThat(trustNew.missing()).containsExactly("a", "b", "c");
        assertThat(published()).hasSize(2).startsWith(old);
        nodes.get(0).follow();
        nodes.get(2).follow();
        assertThat(advance(Optional.of(now)).missing()).containsExactly("b");
        nodes.get(1).follow();

        CaRoll.Position useNew = advance(Optional.of(now));
        assertThat(useNew.stage()).isEqualTo(RollStage.USE_NEW);
        assertThat(published()).hasSize(2).endsWith(old);
        assertThat(secret().getData().values()).doesNotContain(oldKey);
        nodes.get(0).follow();
        assertThat(advance(Optional.of(now)).missing()).containsExactly("b", "c");
        nodes.get(1).follow();
        nodes.get(2).follow();

        assertThat(advance(Optional.of(now)).stage()).isEqualTo(RollStage.DROP_OLD);
        assertThat(published()).hasSize(1).doesNotContain(old);
        nodes.forEach(Node::follow);
        assertThat(advance(Optional.of(now)).stage()).isEqualTo(RollStage.SETTLED);
        assertThat(secret().getData()).containsOnlyKeys("tls.crt", "tls.key");
    }

    @RepeatedTest(3)
    void anOperatorThatDiesAnywhereIsFollowedByOneThatGoesOn(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        String old = published().getFirst();
        ask();
        Instant asked = now;
        for (int event = 0; event < 40; event++) {
            switch (random.nextInt(4)) {
                case 0 -> advance(Optional.of(asked));
                case 1 -> dieBetweenSecretAndBundle(asked);
                case 2 -> dieAfterPublishing(asked);
                default -> nodes.get(random.nextInt(nodes.size())).follow();
            }
            assertNobodyIsCutOff();
        }
        for (int last = 0; last < 4; last++) {
            advance(Optional.of(asked));
            nodes.forEach(Node::follow);
        }

        assertThat(advance(Optional.of(asked)).stage()).isEqualTo(RollStage.SETTLED);
        assertThat(published()).hasSize(1).doesNotContain(old);
        assertThat(nodes).allMatch(node -> node.issuer.equals(published().getFirst()));
    }

    @Test
    void aCaIsRolledByItselfAfterFourFifthsOfItsLife() {
        now = BEGIN.plus(Duration.ofDays(79));
        assertThat(advance(Optional.empty()).stage()).isEqualTo(RollStage.SETTLED);
        now = BEGIN.plus(Duration.ofDays(80));

        assertThat(advance(Optional.empty()).stage()).isIn(RollStage.TRUST_NEW, RollStage.USE_NEW);
    }

    @Test
    void aTimeToComeIsWaitedForAndOnePassedIsServedOnce() {
        assertThat(advance(Optional.of(now.plusSeconds(60))).stage()).isEqualTo(RollStage.SETTLED);
        assertThat(advance(Optional.of(now)).stage()).isEqualTo(RollStage.SETTLED);
        assertThat(advance(Optional.of(now.minusSeconds(60))).stage()).isEqualTo(RollStage.SETTLED);
    }

    @Test
    void aNodeThatIsAwayHoldsTheRollUpOnlyWhileItsCertificateIsGood() {
        ask();
        advance(Optional.of(now));
        nodes.get(0).follow();
        nodes.get(1).follow();
        assertThat(advance(Optional.of(now)).missing()).containsExactly("c");
        Instant asked = now;
        now = now.plus(Duration.ofDays(1));

        assertThat(advance(Optional.of(asked)).stage()).isEqualTo(RollStage.USE_NEW);
    }

    @Test
    @Tag("OPR-04")
    void whoDoesNotLeadTakesNoStep() {
        ask();
        leads = false;
        Map<String, String> before = secret().getData();

        assertThatThrownBy(() -> advance(Optional.of(now))).isInstanceOf(Leadership.NotLeadingException.class);

        assertThat(secret().getData()).isEqualTo(before);
    }

    /** Any two nodes accept each other: each one's issuer is among the other's anchors. */
    private void assertNobodyIsCutOff() {
        for (Node one : nodes) {
            for (Node other : nodes) {
                assertThat(one.anchors).as(one.name + " accepts " + other.name).contains(other.issuer);
            }
        }
    }

    private void ask() {
        now = now.plus(Duration.ofHours(1));
    }

    private CaRoll.Position advance(Optional<Instant> issuedAfter) {
        Map<String, NodeTrust> reports = new HashMap<>();
        nodes.forEach(node -> reports.put(node.name, node.report()));
        return pki().roll().advance(issuedAfter, reports);
    }

    /** What the Secret's step is, without what follows from it. */
    private void dieBetweenSecretAndBundle(Instant asked) {
        CaStore store = caStore();
        CaStore.Stored stored = store.obtain();
        Map<String, NodeTrust> reports = new HashMap<>();
        nodes.forEach(node -> reports.put(node.name, node.report()));
        CaRollPlan plan = CaRollPlan.of(
                CaRollPlan.Authorities.of(
                        stored.state(), CaRoll.isDue(stored.state().current(), Optional.of(asked), now)),
                List.of("a", "b", "c"),
                reports);
        if (plan.step() != CaRollPlan.Step.STAY) {
            CaState next = switch (plan.step()) {
                case STAY -> stored.state();
                case INTRODUCE -> stored.state().introducing(make());
                case USE_NEXT -> stored.state().usingNext();
                case DROP_PREVIOUS -> stored.state().droppingPrevious();
            };
            store.replace(stored, next);
        }
    }

    private void dieAfterPublishing(Instant asked) {
        diesAfterPublishing = true;
        try {
            assertThatThrownBy(() -> advance(Optional.of(asked))).hasMessage("killed");
        } finally {
            diesAfterPublishing = false;
        }
    }

    private Pki pki() {
        PkiObserver observer = new PkiObserver() {
            @Override
            public void certificateIssued() {}

            @Override
            public void requestDenied(String reason) {}

            @Override
            public void rollStands(RollStage stage, int missing) {}

            @Override
            public void trustPublished(Instant notAfter, int revokedSerials) {
                if (diesAfterPublishing) {
                    throw new IllegalStateException("killed");
                }
            }
        };
        return Pki.of(
                client,
                new PkiSettings(Duration.ofDays(1), 10, CA_LIFETIME),
                observer,
                new SecureRandom(),
                () -> now,
                () -> {
                    if (!leads) {
                        throw new Leadership.NotLeadingException("the lease is another's");
                    }
                });
    }

    private CaStore caStore() {
        return new CaStore(client, new ConfigMapStore(client, PkiNames.TRUST_BUNDLE), this::make);
    }

    private CertificateAuthority make() {
        return CertificateAuthority.generate(CA_LIFETIME, new SecureRandom(), now);
    }

    private CaState stored() {
        return caStore().obtain().state();
    }

    private List<String> published() {
        String pem = new ConfigMapStore(client, PkiNames.TRUST_BUNDLE)
                .read()
                .orElseThrow()
                .get(PkiNames.BUNDLE_CA_KEY);
        List<X509Certificate> anchors = new ArrayList<>();
        String[] blocks = String.valueOf(pem).split("(?=-----BEGIN)");
        IntStream.range(0, blocks.length).forEach(i -> anchors.add(CertificateAuthority.readCertificate(blocks[i])));
        return anchors.stream().map(Fingerprint::of).toList();
    }

    private Secret secret() {
        return client.secrets()
                .inNamespace(PkiNames.NAMESPACE)
                .withName(PkiNames.CA_SECRET)
                .require();
    }

    private String key(String name) {
        return String.valueOf(secret().getData().get(name));
    }
}
