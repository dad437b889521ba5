package dev.espalier.linux.netlink;

import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import org.jspecify.annotations.Nullable;

/** struct fib_rule_hdr and FRA_* (linux/fib_rules.h). */
final class RuleCodec {
    private static final int FRA_DST = 1;
    private static final int FRA_SRC = 2;
    private static final int FRA_IIFNAME = 3;
    private static final int FRA_PRIORITY = 6;
    private static final int FRA_FWMARK = 10;
    private static final int FRA_TABLE = 15;
    private static final int FRA_FWMASK = 16;
    private static final int FRA_PROTOCOL = 21;
    private static final int BODY_BYTES = 12;
    private static final int TABLE_COMPAT = 252;

    private RuleCodec() {}

    static Request dump(boolean v6) {
        return header(new Request(Netlink.GET_RULE, 0, "rules"), v6, 0, 0, 0, 0);
    }

    static Request request(int type, int flags, Rule rule) {
        Request request = header(
                new Request(type, flags, rule.toString()),
                rule.v6(),
                rule.to() == null ? 0 : rule.to().length(),
                rule.from() == null ? 0 : rule.from().length(),
                rule.table() < 256 ? rule.table() : TABLE_COMPAT,
                rule.action().value());
        if (rule.to() != null) {
            request.attribute(FRA_DST, rule.to().address());
        }
        if (rule.from() != null) {
            request.attribute(FRA_SRC, rule.from().address());
        }
        if (rule.inputInterface() != null) {
            request.attribute(FRA_IIFNAME, rule.inputInterface());
        }
        request.attribute(FRA_PRIORITY, rule.priority());
        if (rule.mark() != 0) {
            request.attribute(FRA_FWMARK, rule.mark()).attribute(FRA_FWMASK, rule.mark());
        }
        if (rule.table() != 0) {
            request.attribute(FRA_TABLE, rule.table());
        }
        return request.attribute(FRA_PROTOCOL, new byte[] {(byte) rule.protocol()});
    }

    /** Null for a rule of another family than IPv4 and IPv6. */
    static @Nullable Rule parse(Octets body) {
        int family = body.get(0);
        if (family != Netlink.AF_INET && family != Netlink.AF_INET6) {
            return null;
        }
        Attributes attributes = Attributes.parse(body, BODY_BYTES);
        return new Rule(
                family == Netlink.AF_INET6,
                attributes.i32(FRA_PRIORITY, 0),
                attributes.has(FRA_IIFNAME) ? attributes.text(FRA_IIFNAME) : null,
                prefix(attributes.address(FRA_SRC), body.get(2)),
                prefix(attributes.address(FRA_DST), body.get(1)),
                attributes.i32(FRA_FWMARK, 0),
                new Rule.Action(body.get(7)),
                attributes.i32(FRA_TABLE, body.get(4)),
                attributes.u8(FRA_PROTOCOL, 0));
    }

    private static Request header(Request request, boolean v6, int toLength, int fromLength, int table, int action) {
        return request.u8(Netlink.family(v6))
                .u8(toLength)
                .u8(fromLength)
                .u8(0)
                .u8(table)
                .u8(0)
                .u8(0)
                .u8(action)
                .u32(0);
    }

    private static @Nullable Prefix prefix(@Nullable IpAddress address, int length) {
        return address == null ? null : Prefix.containing(address, length);
    }
}
