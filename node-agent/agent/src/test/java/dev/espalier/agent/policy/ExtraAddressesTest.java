package dev.espalier.agent.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.agent.kube.NodeEntry;
import dev.espalier.agent.kube.NodeView;
import dev.espalier.crds.policy.PolicySet;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pods whose addresses are not the node's pod CIDRs, as a cloud's CNI gives them out. */
@Tag("IKE-39")
class ExtraAddressesTest {
    private final List<String> problems = new ArrayList<>();

    @Test
    void anAddressOfOneNodeIsItsOwnAndRoutedToIt() {
        NodeView view = view(node("a", 1, "10.0.3.5/32"), node("b", 2, "10.0.3.6/32", "10.0.4.0/28"));

        assertThat(extra(view)).containsExactly(prefixes("10.0.3.5/32"), prefixes("10.0.3.6/32", "10.0.4.0/28"));
        RoutePlan routes = new PolicyCompiler(List.of()).compile(view).routes();
        assertThat(routes.remote()).isEqualTo(prefixes("10.0.3.6/32", "10.0.4.0/28", "10.82.0.0/24"));
        assertThat(routes.own()).isEqualTo(prefixes("10.0.3.5/32", "10.81.0.0/24"));
        assertThat(routes.pods()).containsAll(prefixes("10.0.3.5/32", "10.0.3.6/32", "10.0.4.0/28"));
        assertThat(routes.gateways()).containsExactly(IpAddress.parse("10.81.0.1"));
        assertThat(problems).isEmpty();
    }

    @Test
    @Tag("F-36")
    void anAddressThatTwoNodesNameIsNeithersButStaysClosedAndTheRestIsKept() {
        NodeView view = view(
                node("a", 1), node("b", 2, "10.0.3.6/32", "10.0.3.7/32"), node("c", 3, "10.0.3.7/32", "10.0.3.8/32"));

        assertThat(extra(view)).containsExactly(List.of(), prefixes("10.0.3.6/32"), prefixes("10.0.3.8/32"));
        assertThat(problems).hasSize(2).allMatch(p -> p.contains("also another's"));
        RoutePlan routes = new PolicyCompiler(List.of()).compile(view).routes();
        assertThat(routes.remote()).doesNotContain(Prefix.parse("10.0.3.7/32"));
        assertThat(routes.closed()).contains(Prefix.parse("10.0.3.7/32"));
        assertThat(routes.pods()).contains(Prefix.parse("10.0.3.7/32"));
    }

    @Test
    @Tag("F-36")
    void nobodyTakesAnAddressOfAnothersPodCidrOrOfANode() {
        NodeView view = view(
                node("a", 1),
                node("b", 2, "10.81.0.9/32", "192.0.2.1/32", "192.0.2.0/28"),
                node("c", 3, "10.82.0.0/16"));

        assertThat(extra(view)).containsExactly(List.of(), List.of(), List.of());
        NodePlan plan = new PolicyCompiler(List.of()).compile(view);
        assertThat(plan.routes().own()).isEqualTo(prefixes("10.81.0.0/24"));
        assertThat(plan.routes().remote()).isEqualTo(prefixes("10.82.0.0/24", "10.83.0.0/24"));
    }

    @Test
    void anAddressWithinTheNodesOwnPodCidrIsNoDispute() {
        assertThat(extra(view(node("a", 1, "10.81.0.9/32"), node("b", 2))))
                .containsExactly(prefixes("10.81.0.9/32"), List.of());
        assertThat(problems).isEmpty();
    }

    @Test
    void moreThanSelectorsCanNameAreClosed() {
        String[] many = IntStream.range(0, 300)
                .mapToObj(i -> "10.9." + i / 250 + "." + i % 250 + "/32")
                .toArray(String[]::new);
        NodeView view = view(node("a", 1), node("b", 2, many));

        assertThat(extra(view).getLast()).hasSize(ExtraAddresses.MOST);
        assertThat(problems).singleElement().asString().contains("300");
        assertThat(new PolicyCompiler(List.of()).compile(view).routes().closed())
                .contains(Prefix.parse(many[299]));
    }

    private List<List<Prefix>> extra(NodeView view) {
        NodeView counted = ExtraAddresses.undisputed(view, problems);
        return Stream.concat(Stream.of(counted.own()), counted.peers().stream())
                .map(NodeEntry::extraAddresses)
                .toList();
    }

    private static NodeView view(NodeEntry own, NodeEntry... peers) {
        return new NodeView(own, List.of(peers), PolicySet.EMPTY, List.of());
    }

    private static NodeEntry node(String name, int number, String... extra) {
        return new NodeEntry(
                name,
                prefixes("10.8" + number + ".0.0/24"),
                List.of(IpAddress.parse("192.0.2." + number)),
                prefixes(extra));
    }

    private static List<Prefix> prefixes(String... texts) {
        return Stream.of(texts).map(Prefix::parse).toList();
    }
}
