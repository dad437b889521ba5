package dev.espalier.ike.selector;

import dev.espalier.wire.WireReader;
import dev.espalier.wire.WireWriter;
import dev.espalier.wire.ip.IpAddress;
import java.util.ArrayList;
import java.util.List;

/** The body of a TS payload (RFC 7296 3.13). */
public final class TrafficSelectorCodec {
    private static final int TS_IPV4_ADDR_RANGE = 7;
    private static final int TS_IPV6_ADDR_RANGE = 8;
    private static final int HEADER = 4;
    private static final int IPV4_LENGTH = 16;
    private static final int IPV6_LENGTH = 40;

    private TrafficSelectorCodec() {}

    /** What a TS payload holds, ranges and others each in their order. */
    public record Selectors(List<TrafficSelector> ranges, List<UnknownSelector> unknown) {
        public Selectors {
            ranges = List.copyOf(ranges);
            unknown = List.copyOf(unknown);
        }
    }

    /** Reads all that {@code in} holds; throws {@link dev.espalier.wire.WireFormatException} when a length or count is wrong. */
    public static Selectors decode(WireReader in) {
        int count = in.u8("number of selectors");
        in.skip(3, "reserved");
        if (count == 0) {
            throw in.fail("no traffic selector");
        }
        List<TrafficSelector> ranges = new ArrayList<>();
        List<UnknownSelector> unknown = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int type = in.u8("selector type");
            int protocol = in.u8("protocol");
            int length = in.u16("selector length");
            if (length < HEADER) {
                throw in.fail("selector length " + length);
            }
            WireReader body = in.sub(length - HEADER, "selector");
            if (type == TS_IPV4_ADDR_RANGE || type == TS_IPV6_ADDR_RANGE) {
                ranges.add(range(protocol, type == TS_IPV6_ADDR_RANGE ? 16 : 4, body));
            } else {
                unknown.add(new UnknownSelector(type, protocol, body.rest()));
            }
            body.finish();
        }
        in.finish();
        return new Selectors(ranges, unknown);
    }

    /** Writes the body; 1 to 255 selectors in all. */
    public static void encode(List<TrafficSelector> ranges, List<UnknownSelector> unknown, WireWriter out) {
        out.u8(ranges.size() + unknown.size()).zeros(3);
        for (TrafficSelector range : ranges) {
            out.u8(range.v6() ? TS_IPV6_ADDR_RANGE : TS_IPV4_ADDR_RANGE)
                    .u8(range.protocol())
                    .u16(range.v6() ? IPV6_LENGTH : IPV4_LENGTH)
                    .u16(range.startPort())
                    .u16(range.endPort())
                    .octets(range.start().toBytes())
                    .octets(range.end().toBytes());
        }
        for (UnknownSelector other : unknown) {
            out.u8(other.type())
                    .u8(other.protocol())
                    .u16(HEADER + other.body().length())
                    .octets(other.body());
        }
    }

    private static TrafficSelector range(int protocol, int addressLength, WireReader in) {
        return new TrafficSelector(
                protocol,
                in.u16("start port"),
                in.u16("end port"),
                IpAddress.of(in.octets(addressLength, "start address")),
                IpAddress.of(in.octets(addressLength, "end address")));
    }
}
