package dev.espalier.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Encoders against what iproute2 sends for the same command: same type, flags, fixed part and attributes. */
class RequestEncodingTest {
    private static final int D0 = 3;
    private static final int VA = 5;
    private static final int IP_BOOT = 3;
    private static final int CREATE = Netlink.F_CREATE | Netlink.F_EXCLUSIVE;
    private static final int REPLACE = Netlink.F_CREATE | Netlink.F_REPLACE;

    private static final int TABLE = 15;
    /** iproute2 leaves the installer of a rule to the kernel's default. */
    private static final int FRA_PROTOCOL = 21;

    private static Map<String, Request> ours() {
        Map<String, Request> requests = new TreeMap<>();
        requests.put(
                "link add va mtu 1400 address 02:00:00:00:00:01 numtxqueues 1 numrxqueues 1"
                        + " type veth peer name vb mtu 1400 address 02:00:00:00:00:02 numtxqueues 1 numrxqueues 1",
                LinkCodec.createVeth(new VethPair("va", mac(1), "vb", mac(2), null, 1400, 0)));
        requests.put("link set dev va up", LinkCodec.setFlags(VA, 1, 1));
        requests.put("link set dev va down", LinkCodec.setFlags(VA, 0, 1));
        requests.put(
                "link set dev va mtu 1300",
                LinkCodec.request(Netlink.NEW_LINK, 0, VA, "va").attribute(LinkCodec.IFLA_MTU, 1300));
        requests.put(
                "link set dev va address 02:00:00:00:00:07",
                LinkCodec.request(Netlink.NEW_LINK, 0, VA, "va").attribute(LinkCodec.IFLA_ADDRESS, mac(7)));
        requests.put(
                "link set dev va name vc",
                LinkCodec.request(Netlink.NEW_LINK, 0, VA, "va").attribute(LinkCodec.IFLA_IFNAME, "vc"));
        requests.put("link del dev vc", LinkCodec.request(Netlink.DEL_LINK, 0, VA, "vc"));

        InterfaceAddress four = InterfaceAddress.of(D0, IpAddress.parse("10.1.0.1"), 24);
        InterfaceAddress six = InterfaceAddress.of(D0, IpAddress.parse("fd00::1"), 64);
        requests.put("addr add 10.1.0.1/24 dev d0", AddressCodec.request(Netlink.NEW_ADDRESS, CREATE, four));
        requests.put("addr replace 10.1.0.1/24 dev d0", AddressCodec.request(Netlink.NEW_ADDRESS, REPLACE, four));
        requests.put("-6 addr add fd00::1/64 dev d0 nodad", AddressCodec.request(Netlink.NEW_ADDRESS, CREATE, six));
        requests.put(
                "-6 addr del fd00::1/64 dev d0",
                AddressCodec.request(
                        Netlink.DEL_ADDRESS,
                        0,
                        new InterfaceAddress(D0, six.address(), 64, Scope.GLOBAL, false, false)));
        routes(requests);
        rulesAndNeighbours(requests);
        return requests;
    }

    private static void routes(Map<String, Request> requests) {
        IpAddress gateway = IpAddress.parse("10.1.0.2");
        requests.put(
                "route add 10.2.0.0/16 dev d0 src 10.1.0.1 metric 100 scope link",
                add(Route.through(Prefix.parse("10.2.0.0/16"), D0)
                        .withSource(IpAddress.parse("10.1.0.1"))
                        .withMetric(100)));
        requests.put(
                "route add 10.3.0.0/16 via 10.1.0.2 dev d0", add(Route.via(Prefix.parse("10.3.0.0/16"), gateway, D0)));
        requests.put(
                "route replace 10.4.0.0/16 via 192.0.2.1 dev d0 onlink",
                RouteCodec.request(
                        Netlink.NEW_ROUTE,
                        REPLACE,
                        Route.via(Prefix.parse("10.4.0.0/16"), IpAddress.parse("192.0.2.1"), D0)
                                .withOnLink()
                                .withProtocol(IP_BOOT)));
        requests.put("route add default via 10.1.0.2 dev d0", add(Route.via(Prefix.ANY_V4, gateway, D0)));
        requests.put(
                "route add unreachable 10.9.0.0/16 metric 4096",
                add(Route.discard(RouteType.UNREACHABLE, Prefix.parse("10.9.0.0/16"))
                        .withMetric(4096)));
        requests.put(
                "route add 10.5.0.7/32 dev d0 scope link table 7700",
                add(Route.through(Prefix.parse("10.5.0.7/32"), D0).withTable(7700)));
        requests.put(
                "-6 route add fd01::/48 dev d0 metric 100",
                add(Route.through(Prefix.parse("fd01::/48"), D0).withMetric(100)));
        requests.put(
                "-6 route add unreachable fd00:9::/48 metric 4096",
                add(Route.discard(RouteType.UNREACHABLE, Prefix.parse("fd00:9::/48"))
                        .withMetric(4096)));
        requests.put(
                "-6 route add blackhole fd00:a::/48 table 7700",
                add(Route.discard(RouteType.BLACKHOLE, Prefix.parse("fd00:a::/48"))
                        .withTable(7700)));
        requests.put(
                "route del 10.2.0.0/16 dev d0 metric 100",
                RouteCodec.request(
                        Netlink.DEL_ROUTE,
                        0,
                        new Route(
                                new RouteType(0),
                                Prefix.parse("10.2.0.0/16"),
                                D0,
                                null,
                                null,
                                100,
                                Route.TABLE_MAIN,
                                Scope.LINK,
                                false,
                                0)));
    }

    private static void rulesAndNeighbours(Map<String, Request> requests) {
        Rule byInterface = Rule.lookup(false, 7750, 7700).withInputInterface("d0");
        requests.put(
                "rule add iif d0 priority 7750 lookup 7700", RuleCodec.request(Netlink.NEW_RULE, CREATE, byInterface));
        requests.put(
                "rule add from 10.1.0.0/16 to 10.2.0.0/16 priority 7751 lookup 100",
                RuleCodec.request(
                        Netlink.NEW_RULE,
                        CREATE,
                        Rule.lookup(false, 7751, 100)
                                .withFrom(Prefix.parse("10.1.0.0/16"))
                                .withTo(Prefix.parse("10.2.0.0/16"))));
        requests.put(
                "-6 rule add iif lo priority 7701 lookup 7700",
                RuleCodec.request(
                        Netlink.NEW_RULE, CREATE, Rule.lookup(true, 7701, 7700).withInputInterface("lo")));
        requests.put(
                "rule del iif d0 priority 7750 lookup 7700",
                RuleCodec.request(
                        Netlink.DEL_RULE, 0, new Rule(false, 7750, "d0", null, null, 0, new Rule.Action(0), 7700, 0)));
        requests.put(
                "neigh replace 10.1.0.9 lladdr 02:00:00:00:00:09 dev d0 nud permanent",
                Neighbours.permanent(new Neighbour(D0, IpAddress.parse("10.1.0.9"), mac(9), true)));
        requests.put(
                "-6 neigh replace fe80::9 lladdr 02:00:00:00:00:09 dev d0 nud permanent",
                Neighbours.permanent(new Neighbour(D0, IpAddress.parse("fe80::9"), mac(9), true)));
    }

    static Stream<String> commands() {
        return Captured.requests().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void saysWhatIprouteSays(String command) {
        Octets theirs = Objects.requireNonNull(Captured.requests().get(command));
        Request request = Objects.requireNonNull(ours().get(command), "an encoder for: ip " + command);

        assertThat(canonical(Octets.wrap(request.encode(1, Netlink.F_ACK)))).isEqualTo(canonical(theirs));
    }

    @Test
    void encodesTablesBeyondTheOldFieldInTheAttributeAlone() {
        Request request = add(Route.through(Prefix.parse("10.5.0.7/32"), D0).withTable(7700));

        Message message = Message.split(Octets.wrap(request.encode(1, 0))).getFirst();

        assertThat(message.body().get(4)).isEqualTo(252);
        assertThat(Attributes.parse(message.body(), 12).i32(15, 0)).isEqualTo(7700);
    }

    private static Request add(Route route) {
        return RouteCodec.request(Netlink.NEW_ROUTE, CREATE, route.withProtocol(IP_BOOT));
    }

    private static Octets mac(int last) {
        return Octets.of((byte) 2, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) last);
    }

    private static String canonical(Octets datagram) {
        Message message = Message.split(datagram).getFirst();
        int fixed = switch (message.type()) {
            case Netlink.NEW_LINK, Netlink.DEL_LINK -> 16;
            case Netlink.NEW_ADDRESS, Netlink.DEL_ADDRESS -> 8;
            default -> 12;
        };
        byte[] head = message.body().slice(0, fixed).toArray();
        TreeMap<Integer, String> attributes = new TreeMap<>();
        boolean link = message.type() == Netlink.NEW_LINK;
        Attributes.parse(message.body(), fixed)
                .all()
                .forEach((kind, value) ->
                        attributes.put(kind, link && kind == LinkCodec.IFLA_LINKINFO ? linkInfo(value) : text(value)));
        if (message.type() >= Netlink.NEW_ROUTE && message.type() != Netlink.NEW_NEIGHBOUR) {
            // The table is in the old field, in the attribute, or in both; what the field says where the attribute
            // counts differs (0, or 252 "compat").
            attributes.put(
                    TABLE,
                    Integer.toString(Attributes.parse(message.body(), fixed).i32(TABLE, head[4] & 0xff)));
            head[4] = 0;
        }
        if (message.type() == Netlink.NEW_RULE || message.type() == Netlink.DEL_RULE) {
            attributes.remove(FRA_PROTOCOL);
        }
        return message.type() + " flags " + message.flags() + " " + Octets.wrap(head) + " " + attributes;
    }

    private static String linkInfo(Octets value) {
        Attributes info = Attributes.parse(value, 0);
        Octets data = info.get(2);
        Octets peer = data == null ? null : Attributes.parse(data, 0).get(1);
        TreeMap<Integer, String> peerAttributes = new TreeMap<>();
        if (peer != null) {
            Attributes.parse(peer, 16).all().forEach((kind, attribute) -> peerAttributes.put(kind, text(attribute)));
        }
        return info.text(1) + " peer " + (peer == null ? "" : peer.slice(0, 16)) + " " + peerAttributes;
    }

    // iproute2 sends some strings without their terminating zero.
    private static String text(Octets value) {
        return value.toHex().replaceAll("(00)+$", "");
    }
}
