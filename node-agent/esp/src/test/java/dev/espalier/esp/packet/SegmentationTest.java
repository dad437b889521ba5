package dev.espalier.esp.packet;

import static dev.espalier.esp.EspFixtures.PATH;
import static dev.espalier.esp.EspFixtures.reversed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.esp.IpPackets;
import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.wire.ip.IpPacketView;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cutting and putting together against {@link NaiveSegments}, on random traffic. The seed is the test's argument. */
class SegmentationTest {
    private final Arena arena = Arena.ofAuto();
    private final IpPacketView view = new IpPacketView();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @DisplayName("A packet that stands for several is cut as the RFCs say, flags, numbers and checksums")
    void cutsAsTheReferenceDoes(long seed) {
        Random random = new Random(seed);
        Segmenter segmenter = new Segmenter();
        PacketBuffer packet = new PacketBuffer(arena.allocate(1 << 17, 64));
        MemorySegment out = arena.allocate(1 << 17, 64);
        for (int round = 0; round < 40; round++) {
            RandomTraffic traffic = new RandomTraffic(random);
            byte[] whole = traffic.large(1 + random.nextInt(random.nextInt(10) == 0 ? 60_000 : 4000));
            int segmentSize = Math.max(whole.length / 900, 1 + random.nextInt(1500));
            load(packet, whole);
            boolean partialSum = random.nextBoolean();
            boolean v6 = whole[0] >>> 4 == 6;
            boolean tcp = whole[v6 ? 6 : 9] == 6;
            packet.setOffload(
                    segmentSize, partialSum ? v6 ? 40 : 20 : PacketBuffer.NO_CHECKSUM, partialSum ? tcp ? 16 : 6 : 0);
            view.wrap(packet.memory(), packet.offset(), packet.length());

            assertThat(segmenter.begin(packet, view)).isTrue();
            List<byte[]> cut = new ArrayList<>();
            for (int i = 0; i < segmenter.count(); i++) {
                segmenter.write(i, out, 16);
                cut.add(out.asSlice(16, segmenter.length(i)).toArray(ValueLayout.JAVA_BYTE));
            }
            assertThat(cut).as("round " + round).containsExactlyElementsOf(NaiveSegments.cut(whole, segmentSize));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @DisplayName("What is put together and cut again is what came, in the order of each flow, wrong checksums included")
    void putsTogetherOnlyWhatCanBeCutAgain(long seed) {
        Random random = new Random(seed);
        MemorySegment memory = arena.allocate(1 << 20, 64);
        List<byte[]> after = new ArrayList<>();
        int[] joined = new int[1];
        Coalescer coalescer = new Coalescer(memory, 256, true, true, packet -> {
            joined[0] += packet.slices() - 1;
            after.addAll(cutAgain(packet));
        });
        for (int round = 0; round < 10; round++) {
            RandomTraffic traffic = new RandomTraffic(random);
            List<byte[]> before = new ArrayList<>();
            after.clear();
            int at = 64;
            int count = 1 + random.nextInt(300);
            for (int i = 0; i < count; i++) {
                byte[] packet = traffic.next();
                before.add(packet);
                MemorySegment.copy(packet, 0, memory, ValueLayout.JAVA_BYTE, at, packet.length);
                view.wrap(memory, at, packet.length);
                coalescer.add(at, view);
                at += packet.length + 32;
            }
            coalescer.flush();
            assertThat(byFlow(after)).as("round " + round).isEqualTo(byFlow(before));
        }
        assertThat(joined[0]).as("packets that joined others").isGreaterThan(300);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName(
            "Through an SA: what the kernel handed over as one arrives as what it stands for, and leaves as one again")
    void survivesTheTunnel(boolean v6) {
        Rig rig = new Rig().connected();
        byte[] first = IpPackets.from(v6 ? "fd42:0:0:1::5" : "10.42.1.5", v6 ? "fd42:0:0:2::9" : "10.42.2.9")
                .udpPayload(5000)
                .build();
        NaiveSegments.complete(first);
        rig.packet.clear();
        load(rig.packet, first);
        rig.packet.setOffload(1000, PacketBuffer.NO_CHECKSUM, 0);
        rig.sealed.clear();

        assertThat(rig.outbound.process(rig.packet, rig.a.tables(), rig.sealed, rig.now))
                .isEqualTo(Verdict.FORWARD);

        assertThat(rig.sealed.runs()).isEqualTo(1);
        assertThat(rig.sealed.packets(0)).isEqualTo(5);
        int header = v6 ? 48 : 28;
        assertThat(rig.sealed.packetSize(0)).isEqualTo(EspTransform.AES_128_GCM_16.packetLength(header + 1000));
        List<byte[]> arrived = new ArrayList<>();
        List<Integer> slices = new ArrayList<>();
        Coalescer coalescer = new Coalescer(rig.sealed.memory(), 64, true, true, packet -> {
            slices.add(packet.slices());
            arrived.addAll(cutAgain(packet));
        });
        PacketBuffer esp = new PacketBuffer(rig.sealed.memory());
        long base = rig.sealed.address(0) - rig.sealed.memory().address();
        for (int at = 0; at < rig.sealed.bytes(0); at += rig.sealed.packetSize(0)) {
            esp.clear();
            esp.set((int) base + at, Math.min(rig.sealed.packetSize(0), rig.sealed.bytes(0) - at));
            esp.outer().set(reversed(PATH));
            assertThat(rig.inbound.process(esp, rig.b.tables(), rig.now)).isEqualTo(Verdict.FORWARD);
            coalescer.add(esp.offset(), rig.inbound.view());
        }
        coalescer.flush();
        assertThat(slices).containsExactly(5);
        assertThat(arrived).containsExactlyElementsOf(NaiveSegments.cut(first, 1000));
    }

    private static void load(PacketBuffer packet, byte[] octets) {
        packet.clear();
        MemorySegment.copy(octets, 0, packet.memory(), ValueLayout.JAVA_BYTE, packet.offset(), octets.length);
        packet.set(packet.offset(), octets.length);
    }

    private static List<byte[]> cutAgain(SuperPacket packet) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (int i = 0; i < packet.slices(); i++) {
            whole.writeBytes(
                    packet.memory().asSlice(packet.offset(i), packet.length(i)).toArray(ValueLayout.JAVA_BYTE));
        }
        byte[] octets = whole.toByteArray();
        if (packet.slices() == 1) {
            return List.of(octets);
        }
        assertThat(NaiveSegments.get16(octets, packet.checksumStart() + packet.checksumOffset()))
                .as("the pseudo-header's sum")
                .isEqualTo(NaiveSegments.pseudoHeader(octets));
        List<byte[]> cut = NaiveSegments.cut(octets, packet.segmentSize());
        assertThat(cut).hasSize(packet.slices());
        return cut;
    }

    /** Hex of each flow's packets; the number of an IPv4 packet with DF means nothing (RFC 6864 4.1). */
    private static Object byFlow(List<byte[]> packets) {
        return packets.stream()
                .map(byte[]::clone)
                .collect(Collectors.groupingBy(
                        packet -> Arrays.toString(
                                packet[0] >>> 4 == 6
                                        ? Arrays.copyOfRange(packet, 40, 44)
                                        : Arrays.copyOfRange(packet, 20, 24)),
                        Collectors.mapping(SegmentationTest::withoutIdentification, Collectors.toList())));
    }

    private static String withoutIdentification(byte[] packet) {
        if (packet[0] >>> 4 == 4 && (packet[6] & 0x40) != 0) {
            int sum = NaiveSegments.get16(packet, 10) + NaiveSegments.get16(packet, 4);
            NaiveSegments.put16(packet, 10, (sum & 0xffff) + (sum >>> 16));
            NaiveSegments.put16(packet, 4, 0);
        }
        return HexFormat.of().formatHex(packet);
    }
}
