package dev.espalier.esp.packet;

import static dev.espalier.esp.EspFixtures.SELECTORS;
import static dev.espalier.esp.EspFixtures.SPI;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.esp.IpPackets;
import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.wire.ip.Checksums;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.IpPacketView;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("ESP-17")
class PacketTooBigTest {
    /** 1400 outside is 1338 inside: 20 IP, 8 UDP, 16 ESP, 2 trailer, 16 ICV, cut to a multiple of 4. */
    private static final int INNER_MTU = 1338;

    private final Rig rig = new Rig();
    private OutboundSa sa;

    @BeforeEach
    void learnASmallPath() {
        sa = rig.installOutbound(SPI, EspTransform.AES_128_GCM_16, true, SELECTORS);
        sa.setPathMtu(1400);
    }

    @Test
    void tellsAnIpv4SenderTheRightSize() {
        byte[] inner = IpPackets.from("10.42.1.5", "10.42.2.9")
                .udpPayload(INNER_MTU - 28 + 1)
                .build();
        assertThat(rig.send(inner)).isEqualTo(Verdict.REPLY);

        byte[] error = rig.bytes();
        IpPacketView view = IpPackets.view(error);
        assertThat(view.source()).isEqualTo(IpAddress.parse("10.42.1.1"));
        assertThat(view.destination()).isEqualTo(IpAddress.parse("10.42.1.5"));
        assertThat(view.protocol()).isEqualTo(IpPacketView.ICMP);
        assertThat(view.totalLength()).isEqualTo(error.length).isEqualTo(576);
        ByteBuffer icmp = ByteBuffer.wrap(error, 20, error.length - 20).slice();
        assertThat(icmp.getShort(0)).as("type 3, code 4").isEqualTo((short) 0x0304);
        assertThat(icmp.getInt(4)).as("next-hop MTU (RFC 1191 section 4)").isEqualTo(INNER_MTU);
        assertThat(Arrays.copyOfRange(error, 28, error.length)).isEqualTo(Arrays.copyOf(inner, error.length - 28));
        MemorySegment memory = MemorySegment.ofArray(error);
        assertThat(Checksums.of(memory, 0, 20)).isZero();
        assertThat(Checksums.of(memory, 20, error.length - 20)).isZero();
    }

    @Test
    void tellsAnIpv6SenderTheRightSize() {
        sa.setPathMtu(1500);
        int innerMtu = 1438;
        byte[] inner = IpPackets.from("fd42:0:0:1::5", "fd42:0:0:2::9")
                .udpPayload(innerMtu - 48 + 1)
                .build();
        assertThat(rig.send(inner)).isEqualTo(Verdict.REPLY);

        byte[] error = rig.bytes();
        IpPacketView view = IpPackets.view(error);
        assertThat(view.source()).isEqualTo(IpAddress.parse("fd42:0:0:1::1"));
        assertThat(view.destination()).isEqualTo(IpAddress.parse("fd42:0:0:1::5"));
        assertThat(view.protocol()).isEqualTo(IpPacketView.ICMPV6);
        assertThat(error).hasSize(1280);
        ByteBuffer icmp = ByteBuffer.wrap(error, 40, error.length - 40).slice();
        assertThat(icmp.getShort(0)).as("type 2, code 0").isEqualTo((short) 0x0200);
        assertThat(icmp.getInt(4)).isEqualTo(innerMtu);
        assertThat(Arrays.copyOfRange(error, 48, error.length)).isEqualTo(Arrays.copyOf(inner, error.length - 48));
        long pseudo = Checksums.pseudoHeader(
                view.sourceHigh(),
                view.sourceLow(),
                view.destinationHigh(),
                view.destinationLow(),
                58,
                error.length - 40);
        assertThat(Checksums.complement(pseudo + Checksums.sum(MemorySegment.ofArray(error), 40, error.length - 40)))
                .isZero();
    }

    @Test
    void sealsWhatFitsExactly() {
        assertThat(rig.send(IpPackets.from("10.42.1.5", "10.42.2.9")
                        .udpPayload(INNER_MTU - 28)
                        .build()))
                .isEqualTo(Verdict.FORWARD);
        assertThat(rig.packet.length() + 28).isLessThanOrEqualTo(1400);
    }

    @Test
    @DisplayName(
            "IPv4 that may be fragmented is sealed whole; the outer packet has DF clear and is fragmented on its way")
    void sealsOversizePacketsThatMayBeFragmented() {
        assertThat(rig.send(IpPackets.from("10.42.1.5", "10.42.2.9")
                        .mayFragment()
                        .udpPayload(1400)
                        .build()))
                .isEqualTo(Verdict.FORWARD);
    }

    @Test
    @DisplayName("No claim about the path takes the inner MTU below 1280 for IPv6 and 576 for IPv4")
    void believesNoTinyPath() {
        sa.setPathMtu(68);
        assertThat(rig.send(IpPackets.from("fd42:0:0:1::5", "fd42:0:0:2::9")
                        .udpPayload(1280 - 48)
                        .build()))
                .isEqualTo(Verdict.FORWARD);
        assertThat(rig.send(IpPackets.from("10.42.1.5", "10.42.2.9")
                        .udpPayload(576 - 28)
                        .build()))
                .isEqualTo(Verdict.FORWARD);
    }

    @Test
    @DisplayName("Silent about ICMP errors, later fragments and senders that are not one host")
    void answersOnlyWhereItMay() {
        byte[] quoted = new byte[1390];
        byte[] error =
                IpPackets.from("10.42.1.5", "10.42.2.9").icmpError(11, quoted).build();
        byte[] echo =
                IpPackets.from("10.42.1.5", "10.42.2.9").icmpError(8, quoted).build();
        byte[] laterFragment = IpPackets.from("fd42:0:0:1::5", "fd42:0:0:2::9")
                .udpPayload(1400)
                .fragment(1400, false)
                .build();
        assertThat(rig.send(error)).isEqualTo(Verdict.DROPPED);
        assertThat(rig.send(laterFragment)).isEqualTo(Verdict.DROPPED);
        assertThat(rig.send(echo)).isEqualTo(Verdict.REPLY);
    }

    @Test
    void limitsItsRate() {
        byte[] inner = IpPackets.from("10.42.1.5", "10.42.2.9").udpPayload(1400).build();
        int replies = 0;
        for (int i = 0; i < 1000; i++) {
            if (rig.send(inner) == Verdict.REPLY) {
                replies++;
            }
        }
        assertThat(replies).as("the burst").isEqualTo(50);
        rig.now += Rig.SECOND / 10;
        for (int i = 0; i < 1000; i++) {
            if (rig.send(inner) == Verdict.REPLY) {
                replies++;
            }
        }
        assertThat(replies).as("100 a second after it").isEqualTo(60);
        assertThat(rig.dropsA.get(Drop.PACKET_TOO_BIG)).isEqualTo(2000);
    }
}
