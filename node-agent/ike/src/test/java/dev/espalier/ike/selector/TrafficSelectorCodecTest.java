package dev.espalier.ike.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireFormatException;
import dev.espalier.wire.WireWriter;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrafficSelectorCodecTest {
    /** Written by hand from RFC 7296 3.13.1. */
    private static final String V4_AND_V6 = "02 000000" // two selectors
            + "07 06 0010 01bb 01bb 0a010000 0a0100ff" // IPv4 range, TCP, port 443
            + "08 00 0028 0000 ffff fd000001000000000000000000000000 fd00000100000000ffffffffffffffff";

    @Test
    void handWrittenSelectorsDecode() {
        assertThat(decode(V4_AND_V6).ranges())
                .containsExactly(
                        new TrafficSelector(6, 443, 443, IpAddress.parse("10.1.0.0"), IpAddress.parse("10.1.0.255")),
                        TrafficSelector.of(Prefix.parse("fd00:1::/64")));
    }

    @Test
    void selectorsEncodeToTheSameOctets() {
        TrafficSelectorCodec.Selectors selectors = decode(V4_AND_V6);

        assertThat(encode(selectors)).isEqualTo(hex(V4_AND_V6));
    }

    @Test
    @Tag("IKE-15")
    void reservedOctetsAreIgnored() {
        assertThat(decode(V4_AND_V6.replace("02 000000", "02 ffffff"))).isEqualTo(decode(V4_AND_V6));
    }

    @Test
    @Tag("IKE-38")
    void opaqueAnyAndBackwardRangesComeAsWritten() {
        assertThat(decode("03 000000" + "07 11 0010 ffff 0000 0a010000 0a0100ff"
                                + "07 00 0010 0000 ffff 00000000 ffffffff" + "07 00 0010 0000 ffff 0a0100ff 0a010000")
                        .ranges())
                .satisfiesExactly(
                        opaque -> assertThat(opaque.opaquePorts()).isTrue(),
                        any -> assertThat(any).isEqualTo(TrafficSelector.of(Prefix.ANY_V4)),
                        backwards -> assertThat(backwards.empty()).isTrue());
    }

    @Test
    @Tag("LBL-01")
    void securityLabelIsNoRange() {
        TrafficSelectorCodec.Selectors selectors =
                decode("02 000000" + "07 00 0010 0000 ffff 0a010000 0a0100ff" + "0a 00 000a 736563726574");

        assertThat(selectors.ranges()).containsExactly(TrafficSelector.of(Prefix.parse("10.1.0.0/24")));
        assertThat(selectors.unknown())
                .containsExactly(
                        new UnknownSelector(UnknownSelector.SECURITY_LABEL, 0, Octets.fromHex("736563726574")));
        assertThat(decode(encode(selectors).toHex())).isEqualTo(selectors);
    }

    @ParameterizedTest
    @Tag("IKE-47")
    @CsvSource({
        "empty, ''",
        "cut in the header, 010000",
        "no selector, 00000000",
        "fewer selectors than counted, 02000000 07000010 0000ffff 0a010000 0a0100ff",
        "more selectors than counted, 01000000 07000010 0000ffff 0a010000 0a0100ff 07000010 0000ffff 0a010000 0a0100ff",
        "length zero, 01000000 07000000 0000ffff 0a010000 0a0100ff",
        "IPv4 of length 15, 01000000 0700000f 0000ffff 0a010000 0a0100",
        "IPv4 of length 17, 01000000 07000011 0000ffff 0a010000 0a0100ff 00",
        "IPv4 of IPv6's length, 01000000 07000028 0000ffff fd000001000000000000000000000000 fd00000100000000ffffffffffffffff",
        "IPv6 of IPv4's length, 01000000 08000010 0000ffff 0a010000 0a0100ff",
        "past the end, 01000000 07000010 0000ffff 0a010000",
        "unknown type shorter than its header, 01000000 0a000003",
        "unknown type past the end, 01000000 0a000009 00000000",
    })
    void malformedSelectorsAreRefused(String what, String octets) {
        assertThatThrownBy(() -> decode(octets)).as(what).isInstanceOf(WireFormatException.class);
    }

    private static TrafficSelectorCodec.Selectors decode(String octets) {
        return TrafficSelectorCodec.decode(hex(octets).reader("TS"));
    }

    private static Octets encode(TrafficSelectorCodec.Selectors selectors) {
        WireWriter out = new WireWriter();
        TrafficSelectorCodec.encode(selectors.ranges(), selectors.unknown(), out);
        return out.toOctets();
    }

    private static Octets hex(String octets) {
        return Octets.fromHex(octets.replace(" ", ""));
    }
}
