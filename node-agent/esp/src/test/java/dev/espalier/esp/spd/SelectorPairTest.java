package dev.espalier.esp.spd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.esp.IpPackets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.IpPacketView;
import dev.espalier.wire.ip.Prefix;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("ESP-11")
class SelectorPairTest {
    private static final SelectorPair BY_ADDRESS = new SelectorPair(
            List.of(EndSelector.of(Prefix.parse("10.42.1.0/24")), EndSelector.of(Prefix.parse("fd42:0:0:1::/64"))),
            List.of(EndSelector.of(Prefix.parse("10.42.2.0/24")), EndSelector.of(Prefix.parse("fd42:0:0:2::/64"))));

    @ParameterizedTest
    @CsvSource({
        "10.42.1.0,10.42.2.255,true",
        "10.42.1.255,10.42.2.0,true",
        "10.42.0.255,10.42.2.1,false",
        "10.42.2.0,10.42.2.1,false",
        "10.42.1.1,10.42.3.0,false",
        "fd42:0:0:1::,fd42:0:0:2:ffff:ffff:ffff:ffff,true",
        "fd42:0:0:1::1,fd42:0:0:3::,false",
        "fd42:0:0:0:ffff:ffff:ffff:ffff,fd42:0:0:2::1,false"
    })
    void looksAtBothEnds(String local, String remote, boolean fits) {
        assertThat(BY_ADDRESS.fitsOutbound(view(IpPackets.from(local, remote)))).isEqualTo(fits);
        assertThat(BY_ADDRESS.fitsInbound(view(IpPackets.from(remote, local)))).isEqualTo(fits);
    }

    @Test
    void takesRangesThatAreNoPrefix() {
        SelectorPair pair = new SelectorPair(
                List.of(new EndSelector(IpAddress.parse("10.0.0.3"), IpAddress.parse("10.0.0.9"), 0, PortRange.ANY)),
                List.of(EndSelector.of(Prefix.ANY_V4)));
        assertThat(pair.fitsOutbound(view(IpPackets.from("10.0.0.3", "1.1.1.1"))))
                .isTrue();
        assertThat(pair.fitsOutbound(view(IpPackets.from("10.0.0.9", "1.1.1.1"))))
                .isTrue();
        assertThat(pair.fitsOutbound(view(IpPackets.from("10.0.0.10", "1.1.1.1"))))
                .isFalse();
    }

    @Test
    void looksAtProtocolAndPortOfEachEnd() {
        SelectorPair dns = new SelectorPair(
                List.of(EndSelector.of(Prefix.ANY_V4)),
                List.of(new EndSelector(IpAddress.ANY_V4, IpAddress.v4(-1), 17, PortRange.of(53))));
        assertThat(dns.fitsOutbound(view(IpPackets.from("10.0.0.1", "10.0.0.2").udpPorts(999, 53))))
                .isTrue();
        assertThat(dns.fitsInbound(view(IpPackets.from("10.0.0.2", "10.0.0.1").udpPorts(53, 999))))
                .isTrue();
        assertThat(dns.fitsInbound(view(IpPackets.from("10.0.0.2", "10.0.0.1").udpPorts(999, 53))))
                .isFalse();
        assertThat(dns.fitsOutbound(
                        view(IpPackets.from("10.0.0.1", "10.0.0.2").protocol(6, IpPackets.udp(999, 53, new byte[12])))))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0,true", "64,false"})
    @Tag("ESP-19")
    void portsRefuseEveryFragmentButTheFirst(int offset, boolean fits) {
        SelectorPair dns = new SelectorPair(
                List.of(EndSelector.of(Prefix.ANY_V4), EndSelector.of(Prefix.ANY_V6)),
                List.of(
                        new EndSelector(IpAddress.ANY_V4, IpAddress.v4(-1), 17, PortRange.of(5000)),
                        new EndSelector(IpAddress.ANY_V6, IpAddress.v6(-1, -1), 17, PortRange.of(5000))));
        assertThat(dns.fitsOutbound(view(IpPackets.from("10.0.0.1", "10.0.0.2").fragment(offset, true))))
                .isEqualTo(fits);
        assertThat(dns.fitsOutbound(view(IpPackets.from("fd00::1", "fd00::2").fragment(offset, true))))
                .isEqualTo(fits);
    }

    @Test
    @Tag("ESP-19")
    void addressesAloneCarryEveryFragment() {
        assertThat(BY_ADDRESS.fitsOutbound(
                        view(IpPackets.from("10.42.1.1", "10.42.2.1").fragment(64, false))))
                .isTrue();
        assertThat(BY_ADDRESS.fitsOutbound(
                        view(IpPackets.from("fd42:0:0:1::1", "fd42:0:0:2::1").fragment(64, false))))
                .isTrue();
    }

    @Test
    void refusesRangesOfTwoFamiliesOrBackwards() {
        assertThatThrownBy(() -> new EndSelector(IpAddress.ANY_V4, IpAddress.ANY_V6, 0, PortRange.ANY))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new EndSelector(IpAddress.v4(2), IpAddress.v4(1), 0, PortRange.ANY))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static IpPacketView view(IpPackets packet) {
        return IpPackets.view(packet.build());
    }
}
