package dev.espalier.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Parsers against dumps that the kernel gave to iproute2; what they mean is in the file beside them, as `ip -j` printed it. */
class ReplyParsingTest {
    @Test
    void readsLinks() {
        List<Link> links = parsed("-d -j link show", Netlink.NEW_LINK, LinkCodec::parse);

        assertThat(links).hasSize(3);
        Link loopback = links.get(0);
        assertThat(loopback.name()).isEqualTo("lo");
        assertThat(loopback.loopback()).isTrue();
        assertThat(loopback.mtu()).isEqualTo(65536);
        Link d0 = links.stream()
                .filter(link -> link.name().equals("d0"))
                .findFirst()
                .orElseThrow();
        assertThat(d0.index()).isEqualTo(3);
        assertThat(d0.kind()).isEqualTo("veth");
        assertThat(d0.up()).isTrue();
        assertThat(d0.peer()).isEqualTo(2);
        assertThat(d0.peerNamespace()).isEqualTo(-1);
        assertThat(d0.hardwareAddress()).isEqualTo(Octets.fromHex("020000000010"));
    }

    @Test
    void readsAddresses() {
        List<InterfaceAddress> addresses = parsed("-j addr show", Netlink.NEW_ADDRESS, AddressCodec::parse);

        assertThat(addresses)
                .contains(
                        new InterfaceAddress(1, IpAddress.parse("127.0.0.1"), 8, Scope.HOST, false, false),
                        new InterfaceAddress(3, IpAddress.parse("10.1.0.1"), 24, Scope.GLOBAL, false, false));
    }

    @Test
    void readsIpv4Routes() {
        List<Route> routes = parsed("-4 -j route show table all", Netlink.NEW_ROUTE, RouteCodec::parse);

        assertThat(routes.stream()
                        .filter(route -> route.table() != Route.TABLE_LOCAL)
                        .map(Route::toString))
                .containsExactlyInAnyOrder(
                        "10.5.0.7/32 dev 3 table 7700",
                        "0.0.0.0/0 via 10.1.0.2 dev 3",
                        "10.1.0.0/24 dev 3 src 10.1.0.1",
                        "10.3.0.0/16 via 10.1.0.2 dev 3",
                        "10.4.0.0/16 via 192.0.2.1 dev 3 onlink",
                        "unreachable 10.9.0.0/16 metric 4096");
    }

    @Test
    void readsIpv6RoutesAndShowsDiscardingOnesWithoutTheirInterface() {
        List<Route> routes = parsed("-6 -j route show table all", Netlink.NEW_ROUTE, RouteCodec::parse);

        assertThat(routes.stream().map(Route::toString))
                .contains(
                        "blackhole fd00:a::/48 metric 1024 table 7700",
                        "unreachable fd00:9::/48 metric 4096",
                        "fd01::/48 dev 3 metric 100");
    }

    @Test
    void readsRules() {
        assertThat(parsed("-4 -j rule show", Netlink.NEW_RULE, RuleCodec::parse).stream()
                        .map(Rule::toString))
                .containsExactly(
                        "-4 0: from all lookup 255",
                        "-4 7751: from 10.1.0.0/16 to 10.2.0.0/16 lookup 100",
                        "-4 32766: from all lookup 254",
                        "-4 32767: from all lookup 253");
        assertThat(parsed("-6 -j rule show", Netlink.NEW_RULE, RuleCodec::parse).stream()
                        .map(Rule::toString))
                .contains("-6 7701: from all iif lo lookup 7700");
    }

    @Test
    void readsNeighbours() {
        assertThat(parsed("-j neigh show nud all", Netlink.NEW_NEIGHBOUR, Neighbours::parse))
                .contains(
                        new Neighbour(3, IpAddress.parse("10.1.0.9"), Octets.fromHex("020000000009"), true),
                        new Neighbour(3, IpAddress.parse("fe80::9"), Octets.fromHex("020000000009"), true));
    }

    @Test
    void findsTheKernelsExplanationBehindACappedError() {
        byte[] text = "Nexthop has invalid gateway\0".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer body = ByteBuffer.allocate(4 + 16 + 4 + text.length).order(ByteOrder.nativeOrder());
        body.putInt(-101)
                .putInt(60)
                .putShort((short) 24)
                .putShort((short) 5)
                .putInt(7)
                .putInt(0);
        body.putShort((short) (4 + text.length)).putShort((short) 1).put(text);

        Message message =
                new Message(Netlink.ERROR, Netlink.F_CAPPED | Netlink.F_ACK_ATTRIBUTES, 7, Octets.of(body.array()));

        assertThat(message.errno()).isEqualTo(101);
        assertThat(message.explanation()).isEqualTo("Nexthop has invalid gateway");
    }

    @Test
    void stopsAtALengthThatDoesNotFit() {
        byte[] header = ByteBuffer.allocate(20)
                .order(ByteOrder.nativeOrder())
                .putInt(21)
                .putShort((short) Netlink.NEW_LINK)
                .array();
        assertThat(Message.split(Octets.of(header))).isEmpty();

        byte[] attribute = ByteBuffer.allocate(8)
                .order(ByteOrder.nativeOrder())
                .putShort((short) 9)
                .putShort((short) 3)
                .array();
        assertThat(Attributes.parse(Octets.of(attribute), 0).all()).isEmpty();
    }

    private static <T> List<T> parsed(String command, int type, Function<Octets, @Nullable T> parser) {
        return Captured.replies(command, type).stream()
                .map(parser)
                .filter(Objects::nonNull)
                .toList();
    }
}
