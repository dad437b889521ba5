package dev.espalier.esp.packet;

import static dev.espalier.esp.EspFixtures.PATH;
import static dev.espalier.esp.EspFixtures.PEER;
import static dev.espalier.esp.EspFixtures.SELECTORS;
import static dev.espalier.esp.EspFixtures.SPI;
import static dev.espalier.esp.EspFixtures.reversed;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.espalier.esp.EspFixtures.NullCipher;
import dev.espalier.esp.IpPackets;
import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.sad.InboundSa;
import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.esp.sad.SaParameters;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AllocationTest {
    private static final int PACKETS = 20_000;
    private static final UdpPath ARRIVAL = reversed(PATH);

    @Test
    @DisplayName(
            "Once compiled, sealing and opening allocate nothing beside the cipher, even where packets are dropped")
    void allocatesNothingPerPacket() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Rig rig = new Rig();
        EspTransform transform = EspTransform.AES_128_GCM_16;
        rig.a.install(new OutboundSa(
                new SaParameters(PEER, SPI, SPI, transform, true, SELECTORS, PATH, true, 8192), new NullCipher()));
        rig.b.install(new InboundSa(
                new SaParameters(
                        Rig.NODE_A, SPI, SPI, transform, true, reversed(SELECTORS), reversed(PATH), true, 8192),
                new NullCipher()));
        MemorySegment v4 = MemorySegment.ofArray(
                IpPackets.from("10.42.1.5", "10.42.2.9").udpPayload(900).build());
        MemorySegment v6 = MemorySegment.ofArray(
                IpPackets.from("fd42:0:0:1::5", "fd42:0:0:2::9").udpPayload(900).build());
        MemorySegment foreign =
                MemorySegment.ofArray(IpPackets.from("10.42.1.5", "10.9.9.9").build());

        long least = Long.MAX_VALUE;
        // The compiler needs some rounds; the best round tells what the compiled code does.
        for (int round = 0; round < 10; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            long forwarded = 0;
            for (int i = 0; i < PACKETS; i++) {
                forwarded += pass(rig, v4) + pass(rig, v6) + pass(rig, foreign);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            assertThat(forwarded).isEqualTo(2L * PACKETS);
        }
        assertThat(least / (3.0 * PACKETS)).as("octets per packet").isLessThan(0.5);
    }

    private static int pass(Rig rig, MemorySegment inner) {
        PacketBuffer packet = rig.packet;
        packet.clear();
        MemorySegment.copy(inner, 0, packet.memory(), packet.offset(), inner.byteSize());
        packet.set(packet.offset(), (int) inner.byteSize());
        if (rig.process() != Verdict.FORWARD) {
            return 0;
        }
        packet.outer().set(ARRIVAL);
        return rig.inbound.process(packet, rig.b.tables(), rig.now) == Verdict.FORWARD ? 1 : 0;
    }
}
