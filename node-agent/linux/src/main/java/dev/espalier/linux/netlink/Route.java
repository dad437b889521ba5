package dev.espalier.linux.netlink;

import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * A route. Start from {@link #through}, {@link #via} or {@link #discard} and add what differs.
 *
 * @param interfaceIndex where packets leave; 0 for types that discard, and when the gateway decides
 * @param gateway the next hop; null when the destination is on the link
 * @param source preferred source address for packets of this host (RTA_PREFSRC)
 * @param metric lower wins; IPv6 turns 0 into 1024
 * @param table 254 is main
 * @param scope of meaning in IPv4 only; reads as global in IPv6
 * @param onLink whether the gateway is taken to be on the link although no route says so
 * @param protocol who installed it (RTPROT_*): lets a program list its own
 */
public record Route(
        RouteType type,
        Prefix destination,
        int interfaceIndex,
        @Nullable IpAddress gateway,
        @Nullable IpAddress source,
        int metric,
        int table,
        Scope scope,
        boolean onLink,
        int protocol) {
    public static final int TABLE_MAIN = 254;
    public static final int TABLE_LOCAL = 255;
    public static final int PROTOCOL_KERNEL = 2;
    public static final int PROTOCOL_STATIC = 4;

    /** To what is on the link of an interface. */
    public static Route through(Prefix destination, int interfaceIndex) {
        return new Route(
                RouteType.UNICAST,
                destination,
                interfaceIndex,
                null,
                null,
                0,
                TABLE_MAIN,
                destination.v6() ? Scope.GLOBAL : Scope.LINK,
                false,
                PROTOCOL_STATIC);
    }

    /** By way of a gateway. */
    public static Route via(Prefix destination, IpAddress gateway, int interfaceIndex) {
        return new Route(
                RouteType.UNICAST,
                destination,
                interfaceIndex,
                gateway,
                null,
                0,
                TABLE_MAIN,
                Scope.GLOBAL,
                false,
                PROTOCOL_STATIC);
    }

    /** To nowhere: {@link RouteType#UNREACHABLE}, {@link RouteType#BLACKHOLE} and the like. */
    public static Route discard(RouteType type, Prefix destination) {
        return new Route(type, destination, 0, null, null, 0, TABLE_MAIN, Scope.GLOBAL, false, PROTOCOL_STATIC);
    }

    public Route withSource(IpAddress newSource) {
        return new Route(type, destination, interfaceIndex, gateway, newSource, metric, table, scope, onLink, protocol);
    }

    public Route withMetric(int newMetric) {
        return new Route(type, destination, interfaceIndex, gateway, source, newMetric, table, scope, onLink, protocol);
    }

    public Route withTable(int newTable) {
        return new Route(type, destination, interfaceIndex, gateway, source, metric, newTable, scope, onLink, protocol);
    }

    public Route withScope(Scope newScope) {
        return new Route(type, destination, interfaceIndex, gateway, source, metric, table, newScope, onLink, protocol);
    }

    public Route withOnLink() {
        return new Route(type, destination, interfaceIndex, gateway, source, metric, table, scope, true, protocol);
    }

    public Route withProtocol(int newProtocol) {
        return new Route(type, destination, interfaceIndex, gateway, source, metric, table, scope, onLink, newProtocol);
    }

    /** As {@code ip route} would write it, interfaces by number. */
    @Override
    public String toString() {
        return (type.equals(RouteType.UNICAST) ? "" : type + " ")
                + destination
                + (gateway == null ? "" : " via " + gateway)
                + (interfaceIndex == 0 ? "" : " dev " + interfaceIndex)
                + (source == null ? "" : " src " + source)
                + (metric == 0 ? "" : " metric " + metric)
                + (table == TABLE_MAIN ? "" : " table " + table)
                + (onLink ? " onlink" : "");
    }
}
