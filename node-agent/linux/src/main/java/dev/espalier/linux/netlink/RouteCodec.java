package dev.espalier.linux.netlink;

import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import org.jspecify.annotations.Nullable;

/** struct rtmsg and RTA_* (linux/rtnetlink.h). */
final class RouteCodec {
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PRIORITY = 6;
    private static final int RTA_PREFSRC = 7;
    private static final int RTA_MULTIPATH = 9;
    private static final int RTA_TABLE = 15;
    private static final int BODY_BYTES = 12;
    private static final int NEXT_HOP_BYTES = 8;
    private static final int RTNH_F_ONLINK = 4;
    private static final int RTM_F_CLONED = 0x200;
    private static final int TABLE_COMPAT = 252;

    private RouteCodec() {}

    /** @param table 0 for all */
    static Request dump(boolean v6, int table) {
        Request request = new Request(Netlink.GET_ROUTE, 0, "routes of table " + table)
                .u8(Netlink.family(v6))
                .u8(0)
                .u8(0)
                .u8(0)
                .u8(0)
                .u8(0)
                .u8(0)
                .u8(0)
                .u32(0);
        return table == 0 ? request : request.attribute(RTA_TABLE, table);
    }

    static Request request(int type, int flags, Route route) {
        Prefix destination = route.destination();
        boolean deleting = type == Netlink.DEL_ROUTE;
        Request request = new Request(type, flags, route.toString())
                .u8(Netlink.family(destination.v6()))
                .u8(destination.length())
                .u8(0)
                .u8(0)
                .u8(route.table() < 256 ? route.table() : TABLE_COMPAT)
                .u8(route.protocol())
                // A delete matches on the scope unless it is "nowhere", and the kernel sets that of discarding routes
                // by itself.
                .u8(deleting ? Scope.NOWHERE.value() : route.scope().value())
                .u8(route.type().value())
                .u32(route.onLink() ? RTNH_F_ONLINK : 0);
        if (destination.length() > 0) {
            request.attribute(RTA_DST, destination.address());
        }
        if (route.gateway() != null) {
            request.attribute(RTA_GATEWAY, route.gateway());
        }
        if (route.interfaceIndex() != 0) {
            request.attribute(RTA_OIF, route.interfaceIndex());
        }
        if (route.source() != null) {
            request.attribute(RTA_PREFSRC, route.source());
        }
        if (route.metric() != 0) {
            request.attribute(RTA_PRIORITY, route.metric());
        }
        return request.attribute(RTA_TABLE, route.table());
    }

    /** Null for what is no route of the tables: another family, or an entry of the cache. Of several next hops the first is shown. */
    static @Nullable Route parse(Octets body) {
        int family = body.get(0);
        boolean v6 = family == Netlink.AF_INET6;
        int flags = Attributes.i32(body, 8);
        if (!v6 && family != Netlink.AF_INET || (flags & RTM_F_CLONED) != 0) {
            return null;
        }
        Attributes attributes = Attributes.parse(body, BODY_BYTES);
        IpAddress destination = attributes.address(RTA_DST);
        IpAddress gateway = attributes.address(RTA_GATEWAY);
        int interfaceIndex = attributes.i32(RTA_OIF, 0);
        Octets hops = attributes.get(RTA_MULTIPATH);
        if (hops != null && hops.length() >= NEXT_HOP_BYTES) {
            int length = Math.min(hops.length(), Math.max(NEXT_HOP_BYTES, Attributes.u16(hops, 0)));
            interfaceIndex = Attributes.i32(hops, 4);
            gateway = Attributes.parse(hops.slice(0, length), NEXT_HOP_BYTES).address(RTA_GATEWAY);
            flags |= hops.get(2);
        }
        RouteType type = new RouteType(body.get(7));
        boolean discards = type.value() >= RouteType.BLACKHOLE.value();
        return new Route(
                type,
                Prefix.containing(
                        destination != null ? destination : v6 ? IpAddress.ANY_V6 : IpAddress.ANY_V4, body.get(1)),
                // IPv6 shows discarding routes on lo.
                discards ? 0 : interfaceIndex,
                gateway,
                attributes.address(RTA_PREFSRC),
                attributes.i32(RTA_PRIORITY, 0),
                attributes.i32(RTA_TABLE, body.get(4)),
                new Scope(body.get(6)),
                (flags & RTNH_F_ONLINK) != 0,
                body.get(5));
    }
}
