package dev.espalier.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.linux.Shell;
import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.netns.NetworkNamespace;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real namespaces; what we did is read back by `ip -j`, what `ip` did is read back by us. */
@Tag("root")
class RtnetlinkRootTest {
    private static final String LEFT = "esp-nl-a" + ProcessHandle.current().pid();
    private static final String RIGHT = "esp-nl-b" + ProcessHandle.current().pid();
    private static final Octets MAC = Octets.fromHex("020000000101");
    private static final Octets PEER_MAC = Octets.fromHex("020000000102");

    private NetworkNamespace left;
    private NetworkNamespace right;
    private Rtnetlink netlink;
    private Rtnetlink peerNetlink;

    @BeforeEach
    void namespaces() throws IOException {
        left = NetworkNamespace.create(LEFT);
        right = NetworkNamespace.create(RIGHT);
        netlink = left.call(Rtnetlink::open);
        peerNetlink = right.call(Rtnetlink::open);
    }

    @AfterEach
    void clean() throws IOException {
        netlink.close();
        peerNetlink.close();
        left.close();
        right.close();
        NetworkNamespace.delete(LEFT);
        NetworkNamespace.delete(RIGHT);
    }

    private Link pair() throws IOException {
        netlink.links().createVeth(new VethPair("esp0", MAC, "eth0", PEER_MAC, right.fd(), 1380, 7700));
        return netlink.links().get("esp0");
    }

    @Test
    void createsAPairWithItsOtherEndInAnotherNamespace() throws IOException {
        Link link = pair();
        netlink.links().setUp(link.index());
        netlink.links().setAlias(link.index(), "pod default/web");
        Link peer = peerNetlink.links().get("eth0");
        peerNetlink.links().setUp(peer.index());

        JsonNode shown = Shell.ip(LEFT, "-d link show esp0").get(0);
        assertThat(shown.get("mtu").asInt()).isEqualTo(1380);
        assertThat(shown.get("address").asText()).isEqualTo("02:00:00:00:01:01");
        assertThat(shown.get("ifalias").asText()).isEqualTo("pod default/web");
        assertThat(shown.get("group").asText()).isEqualTo("7700");
        assertThat(link.group()).isEqualTo(7700);
        netlink.links().setGroup(link.index(), 7);
        assertThat(netlink.links().get("esp0").group()).isEqualTo(7);
        assertThat(shown.at("/linkinfo/info_kind").asText()).isEqualTo("veth");
        JsonNode there = Shell.ip(RIGHT, "link show eth0").get(0);
        assertThat(there.get("address").asText()).isEqualTo("02:00:00:00:01:02");
        assertThat(there.get("operstate").asText()).isEqualTo("UP");
        assertThat(netlink.links().get(link.index()).alias()).isEqualTo("pod default/web");
        assertThat(netlink.links().get("esp0").peer()).isEqualTo(peer.index());
        assertThat(netlink.links().get("esp0").peerNamespace()).isNotNegative();
        assertThat(netlink.links().list()).extracting(Link::name).containsExactlyInAnyOrder("lo", "esp0");
    }

    @Test
    @Tag("CNI-03")
    void refusesAPairWhoseOtherNameIsTakenAndChangesNothing() throws IOException {
        pair();

        ErrnoException error = catchThrowableOfType(
                ErrnoException.class,
                () -> netlink.links().createVeth(new VethPair("esp1", null, "eth0", null, right.fd(), 1380, 0)));

        assertThat(error.errno()).isEqualTo(Errno.EEXIST);
        assertThat(netlink.links().find("esp1")).isEmpty();
    }

    @Test
    void changesDeletesAndSaysFalseForWhatIsGone() throws IOException {
        Link link = pair();
        netlink.links().setMtu(link.index(), 1300);
        netlink.links().setHardwareAddress(link.index(), Octets.fromHex("020000000109"));
        netlink.links().rename(link.index(), "esp9");
        netlink.links().setUp(link.index());
        netlink.links().setDown(link.index());

        Link changed = netlink.links().get("esp9");
        assertThat(changed.mtu()).isEqualTo(1300);
        assertThat(changed.hardwareAddress()).isEqualTo(Octets.fromHex("020000000109"));
        assertThat(changed.up()).isFalse();
        assertThat(netlink.links().delete("esp9")).isTrue();
        assertThat(netlink.links().delete("esp9")).isFalse();
        assertThat(netlink.links().delete(link.index())).isFalse();
        assertThat(peerNetlink.links().find("eth0")).isEmpty();
    }

    @Test
    void movesAnInterface() throws IOException {
        Link link = pair();
        netlink.links().moveTo(link.index(), right.fd());

        assertThat(netlink.links().find("esp0")).isEmpty();
        assertThat(peerNetlink.links().find("esp0")).isPresent();
    }

    @Test
    void addsAndRemovesAddresses() throws IOException {
        Link link = pair();
        InterfaceAddress four = InterfaceAddress.of(link.index(), IpAddress.parse("10.1.0.1"), 32);
        InterfaceAddress six = InterfaceAddress.of(link.index(), IpAddress.parse("fd00::1"), 128);
        netlink.addresses().add(four);
        netlink.addresses().add(six);
        netlink.addresses().replace(four);
        netlink.addresses().replace(six);

        assertThatThrownBy(() -> netlink.addresses().add(four)).hasMessageContaining("EEXIST");
        assertThat(Shell.ip(LEFT, "addr show esp0").get(0).get("addr_info"))
                .extracting(info -> info.get("local").asText() + "/" + info.get("prefixlen"))
                .contains("10.1.0.1/32", "fd00::1/128");
        assertThat(netlink.addresses().list(link.index())).contains(four, six);
        assertThat(netlink.addresses().delete(four)).isTrue();
        assertThat(netlink.addresses().delete(four)).isFalse();
        assertThat(netlink.addresses().delete(six)).isTrue();
        assertThat(netlink.addresses().delete(six)).isFalse();
        netlink.links().delete(link.index());
        assertThat(netlink.addresses().delete(six)).isFalse();
    }

    @Test
    void routesOfEveryKindReadBackAsTheyWereWritten() throws IOException {
        int index = pair().index();
        netlink.links().setUp(index);
        peerNetlink.links().setUp(peerNetlink.links().get("eth0").index());
        netlink.addresses().add(InterfaceAddress.of(index, IpAddress.parse("10.1.0.1"), 32));
        netlink.addresses().add(InterfaceAddress.of(index, IpAddress.parse("fd00::1"), 128));
        IpAddress four = IpAddress.parse("10.1.0.1");
        IpAddress six = IpAddress.parse("fd00::1");
        List<Route> routes = List.of(
                Route.through(Prefix.parse("10.2.0.0/16"), index)
                        .withSource(four)
                        .withMetric(100),
                Route.through(Prefix.parse("10.3.0.7/32"), index).withTable(7700),
                Route.via(Prefix.parse("10.4.0.0/16"), IpAddress.parse("169.254.1.1"), index)
                        .withOnLink(),
                Route.discard(RouteType.UNREACHABLE, Prefix.parse("10.2.0.0/16"))
                        .withMetric(4096),
                Route.discard(RouteType.BLACKHOLE, Prefix.parse("10.5.0.0/16")).withTable(7700),
                Route.through(Prefix.parse("fd02::/48"), index).withSource(six).withMetric(100),
                Route.through(Prefix.parse("fd03::7/128"), index)
                        .withTable(7700)
                        .withMetric(1024),
                Route.via(Prefix.ANY_V6, IpAddress.parse("fe80::1"), index).withMetric(5),
                Route.discard(RouteType.UNREACHABLE, Prefix.parse("fd02::/48")).withMetric(4096));
        for (Route route : routes) {
            netlink.routes().add(route.withProtocol(77));
        }

        List<Route> read = new ArrayList<>(netlink.routes().list(false));
        read.addAll(netlink.routes().list(true));
        for (Route route : routes) {
            assertThat(read).contains(route.withProtocol(77));
        }
        JsonNode shown = Shell.ip(LEFT, "-4 route show table all proto 77");
        assertThat(StreamSupport.stream(shown.spliterator(), false)
                        .map(node -> node.get("dst").asText()))
                .containsExactlyInAnyOrder("10.2.0.0/16", "10.2.0.0/16", "10.3.0.7", "10.4.0.0/16", "10.5.0.0/16");
        assertThat(netlink.routes().list(false, 7700)).hasSize(2);
        assertThat(netlink.routes().list(false, 4242)).isEmpty();
        assertThat(netlink.routes().list(true, 4242)).isEmpty();

        for (Route route : routes) {
            netlink.routes().replace(route.withProtocol(77));
            assertThat(netlink.routes().delete(route.withProtocol(77)))
                    .as("first delete of %s", route)
                    .isTrue();
            assertThat(netlink.routes().delete(route.withProtocol(77)))
                    .as("second delete of %s", route)
                    .isFalse();
        }
        assertThat(Shell.ip(LEFT, "-4 route show table all proto 77")).isEmpty();
        assertThat(Shell.ip(LEFT, "-6 route show table all proto 77")).isEmpty();
    }

    @Test
    void aRefusedRouteCarriesTheKernelsExplanation() throws IOException {
        int index = pair().index();
        netlink.links().setUp(index);

        assertThatThrownBy(() -> netlink.routes()
                        .add(Route.via(Prefix.parse("10.4.0.0/16"), IpAddress.parse("192.0.2.1"), index)))
                .isInstanceOf(ErrnoException.class)
                .hasMessage("RTM_NEWROUTE 10.4.0.0/16 via 192.0.2.1 dev " + index
                        + ": ENETUNREACH (Nexthop has invalid gateway)");
    }

    @Test
    void rulesAreAddedOnceAndReadBack() throws IOException {
        List<Rule> rules = List.of(
                Rule.lookup(false, 7701, 7700).withInputInterface("lo").withProtocol(77),
                Rule.lookup(true, 7701, 7700).withInputInterface("lo").withProtocol(77),
                Rule.lookup(false, 7702, 7700).withMark(0x2000).withProtocol(77),
                Rule.lookup(true, 7702, 7700).withMark(0x2000).withProtocol(77),
                Rule.lookup(false, 7750, 100)
                        .withInputInterface("esp0")
                        .withFrom(Prefix.parse("10.1.0.0/16"))
                        .withTo(Prefix.parse("10.2.0.0/16"))
                        .withProtocol(77));
        for (Rule rule : rules) {
            assertThat(netlink.rules().ensure(rule)).isTrue();
            assertThat(netlink.rules().ensure(rule)).isFalse();
            assertThat(netlink.rules().list(rule.v6())).contains(rule);
        }

        JsonNode shown = Shell.ip(LEFT, "rule show priority 7750").get(0);
        assertThat(shown.get("iif").asText()).isEqualTo("esp0");
        assertThat(shown.get("table").asText()).isEqualTo("100");
        assertThat(shown.get("src").asText() + "/" + shown.get("srclen")).isEqualTo("10.1.0.0/16");
        JsonNode marked = Shell.ip(LEFT, "-6 rule show priority 7702").get(0);
        assertThat(marked.get("fwmark").asText()).isEqualTo("0x2000");
        assertThat(marked.get("fwmask").asText()).isEqualTo("0x2000");
        for (Rule rule : rules) {
            assertThat(netlink.rules().delete(rule)).isTrue();
            assertThat(netlink.rules().delete(rule)).isFalse();
        }
        assertThat(Shell.ip(LEFT, "rule show")).hasSize(3);
    }

    @Test
    void neighboursArePermanent() throws IOException {
        int index = pair().index();
        netlink.links().setUp(index);
        for (String address : List.of("10.1.0.9", "fe80::9")) {
            netlink.neighbours().replacePermanent(index, IpAddress.parse(address), MAC);
            netlink.neighbours().replacePermanent(index, IpAddress.parse(address), PEER_MAC);
            assertThat(netlink.neighbours().list(index))
                    .contains(new Neighbour(index, IpAddress.parse(address), PEER_MAC, true));
        }

        assertThat(Shell.ip(LEFT, "neigh show nud permanent"))
                .extracting(node -> node.get("dst").asText())
                .contains("10.1.0.9", "fe80::9");
        assertThat(netlink.neighbours().delete(index, IpAddress.parse("10.1.0.9")))
                .isTrue();
        assertThat(netlink.neighbours().delete(index, IpAddress.parse("10.1.0.9")))
                .isFalse();
    }

    @Test
    void theMonitorHearsOfWhatOthersDo() throws Exception {
        List<NetlinkEvent> events = new CopyOnWriteArrayList<>();
        NetlinkMonitor monitor = left.call(() -> NetlinkMonitor.open(EnumSet.allOf(NetlinkMonitor.Topic.class)));
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                monitor.run(events::add);
            } catch (ErrnoException e) {
                throw new AssertionError(e);
            }
        });

        int index = pair().index();
        Shell.ip(LEFT, "link set esp0 up");
        Shell.ip(LEFT, "addr add 10.1.0.1/24 dev esp0");
        Shell.ip(LEFT, "route add 10.2.0.0/16 dev esp0");
        Shell.ip(LEFT, "rule add iif esp0 priority 7750 lookup 7700");
        Shell.ip(LEFT, "rule del iif esp0 priority 7750 lookup 7700");
        Shell.ip(LEFT, "link del esp0");

        Awaitility.await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            assertThat(events)
                    .anyMatch(e ->
                            e instanceof NetlinkEvent.LinkChanged c && c.link().up());
            assertThat(events)
                    .contains(new NetlinkEvent.AddressAdded(
                            new InterfaceAddress(index, IpAddress.parse("10.1.0.1"), 24, Scope.GLOBAL, false, false)));
            assertThat(events)
                    .contains(new NetlinkEvent.RouteAdded(
                            Route.through(Prefix.parse("10.2.0.0/16"), index).withProtocol(3)));
            Rule rule =
                    Rule.lookup(false, 7750, 7700).withInputInterface("esp0").withProtocol(0);
            assertThat(events).contains(new NetlinkEvent.RuleAdded(rule), new NetlinkEvent.RuleRemoved(rule));
            assertThat(events)
                    .anyMatch(e ->
                            e instanceof NetlinkEvent.LinkRemoved r && r.link().index() == index);
        });
        monitor.stop();
        thread.join(5000);
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void dumpsOfThousandsOfRoutesAreWhole() throws IOException {
        int index = pair().index();
        netlink.links().setUp(index);
        for (int i = 0; i < 3000; i++) {
            netlink.routes()
                    .add(Route.through(Prefix.host(IpAddress.parse("10.6.0.0").plus(i)), index)
                            .withTable(7700));
        }

        assertThat(netlink.routes().list(false, 7700)).hasSize(3000);
    }
}
