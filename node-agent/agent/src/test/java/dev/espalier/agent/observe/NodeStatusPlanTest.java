package dev.espalier.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.agent.observe.AgentStatus.ChildStatus;
import dev.espalier.agent.observe.AgentStatus.IkeStatus;
import dev.espalier.agent.observe.AgentStatus.PeerStatus;
import dev.espalier.agent.observe.AgentStatus.State;
import dev.espalier.crds.policy.PolicySet;
import dev.espalier.crds.v1alpha1.IPSecNodeStatus;
import dev.espalier.crds.v1alpha1.PeerState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("OPR-03")
class NodeStatusPlanTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    @Test
    void establishedNeedsAChildSa() {
        PeerStatus withoutChild =
                new PeerStatus("a", new IkeStatus(State.ESTABLISHED, "s", false, 5, 0), List.of(), null);

        IPSecNodeStatus status = plan(List.of(withoutChild, up("b", 5)), null, NOW);

        assertThat(status.peers())
                .extracting(IPSecNodeStatus.PeerStatus::state)
                .containsExactly(PeerState.CONNECTING, PeerState.ESTABLISHED);
        assertThat(status.totals()).satisfies(t -> assertThat(t.established()).isEqualTo(1));
    }

    @Test
    void upTo64PeersEachHaveARow() {
        assertThat(plan(IntStream.range(0, 64).mapToObj(i -> up("p" + i, 1)).toList(), null, NOW)
                        .peers())
                .hasSize(64);
    }

    @Test
    void beyond64OnlyThoseThatAreNotUpHaveOneAndAtMost64() {
        List<PeerStatus> few = Stream.concat(
                        IntStream.range(0, 100).mapToObj(i -> up("up" + i, 1)), Stream.of(down("sick", "no answer")))
                .toList();
        List<PeerStatus> many =
                IntStream.range(0, 200).mapToObj(i -> down("d" + i, "x")).toList();

        assertThat(plan(few, null, NOW).peers())
                .singleElement()
                .satisfies(row -> assertThat(row.lastError()).isEqualTo("no answer"));
        assertThat(plan(many, null, NOW).peers()).hasSize(64);
    }

    @Test
    void aSecondOfJitterIsNoChange() {
        IPSecNodeStatus first = plan(List.of(up("b", 5)), null, NOW);

        IPSecNodeStatus second = plan(List.of(up("b", 9)), first, NOW.plusMillis(5100));

        assertThat(NodeStatusPlan.differ(first, second)).isFalse();
        assertThat(second).isEqualTo(first);
    }

    @Test
    void countersAloneAreNoUrgentChange() {
        IPSecNodeStatus first = NodeStatusPlan.of(facts(List.of(), Map.of("forged", 1L), 0), null, NOW);
        IPSecNodeStatus second = NodeStatusPlan.of(facts(List.of(), Map.of("forged", 2L), 7), first, NOW);

        assertThat(second).isNotEqualTo(first);
        assertThat(NodeStatusPlan.differ(first, second)).isFalse();
    }

    @Test
    void whatIsMissingForReadyIsSaidAndTransitionTimesChangeWithTheStatusOnly() {
        IPSecNodeStatus notYet = NodeStatusPlan.of(
                new NodeStatusPlan.Facts(
                        1, "v", PolicySet.EMPTY, List.of("no identity yet"), null, List.of(), 0, Map.of()),
                null,
                NOW);
        IPSecNodeStatus still = NodeStatusPlan.of(
                new NodeStatusPlan.Facts(1, "v", PolicySet.EMPTY, List.of("no plan"), null, List.of(), 0, Map.of()),
                notYet,
                NOW.plusSeconds(60));
        IPSecNodeStatus ready = plan(List.of(), still, NOW.plusSeconds(90));

        assertThat(notYet.conditions()).singleElement().satisfies(c -> {
            assertThat(c.status()).isEqualTo("False");
            assertThat(c.message()).isEqualTo("no identity yet");
        });
        assertThat(still.conditions().getFirst().lastTransitionTime()).isEqualTo("2026-11-24T12:00:00Z");
        assertThat(ready.conditions().getFirst().status()).isEqualTo("True");
        assertThat(ready.conditions().getFirst().lastTransitionTime()).isEqualTo("2026-11-24T12:01:30Z");
    }

    @Test
    void spisAreEightDigits() {
        assertThat(plan(List.of(up("b", 1)), null, NOW)
                        .peers()
                        .getFirst()
                        .children()
                        .getFirst()
                        .spiIn())
                .isEqualTo("00000a01");
    }

    private static IPSecNodeStatus plan(List<PeerStatus> peers, @Nullable IPSecNodeStatus previous, Instant now) {
        return NodeStatusPlan.of(facts(peers, Map.of(), 0), previous, now);
    }

    private static NodeStatusPlan.Facts facts(List<PeerStatus> peers, Map<String, Long> drops, long rekeys) {
        return new NodeStatusPlan.Facts(1, "v", PolicySet.EMPTY, List.of(), null, peers, rekeys, drops);
    }

    private static PeerStatus up(String name, long seconds) {
        return new PeerStatus(
                name,
                new IkeStatus(State.ESTABLISHED, "aes256gcm16-prfsha384-x25519", false, seconds, 0),
                List.of(new ChildStatus("0x00000a01", "0x00000b02", "aes256gcm16-esn", 1, 2, 3, 4)),
                null);
    }

    private static PeerStatus down(String name, String error) {
        return new PeerStatus(name, new IkeStatus(State.DOWN, "", false, 0, 0), List.of(), error);
    }
}
