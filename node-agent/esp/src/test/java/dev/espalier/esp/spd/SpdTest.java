package dev.espalier.esp.spd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.esp.IpPackets;
import dev.espalier.esp.spd.SpdEntry.Action;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.IpPacketView;
import dev.espalier.wire.ip.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("ESP-13")
class SpdTest {
    private static final Prefix PODS = Prefix.parse("10.42.1.0/24");
    private static final Prefix OTHERS = Prefix.parse("10.42.2.0/24");

    @Test
    void discardsWhatNoEntryFits() {
        IpPacketView packet =
                IpPackets.view(IpPackets.from("10.42.1.1", "10.42.2.1").build());
        assertThat(Spd.EMPTY.outbound(packet)).isSameAs(Spd.DEFAULT);
        assertThat(Spd.DEFAULT.action()).isEqualTo(Action.DISCARD);

        Spd spd = Spd.of(List.of(SpdEntry.protect(PODS, OTHERS, "b")));
        assertThat(spd.outbound(
                        IpPackets.view(IpPackets.from("10.42.1.1", "10.42.3.1").build())))
                .isSameAs(Spd.DEFAULT);
        assertThat(spd.outbound(
                        IpPackets.view(IpPackets.from("10.42.3.1", "10.42.2.1").build())))
                .as("a source that is none of our pods'")
                .isSameAs(Spd.DEFAULT);
    }

    @Test
    void readsBothDirectionsFromOneEntry() {
        SpdEntry entry = SpdEntry.protect(PODS, OTHERS, "b");
        Spd spd = Spd.of(List.of(entry));
        byte[] out = IpPackets.from("10.42.1.1", "10.42.2.1").build();
        byte[] in = IpPackets.from("10.42.2.1", "10.42.1.1").build();

        assertThat(spd.outbound(IpPackets.view(out))).isSameAs(entry);
        assertThat(spd.inbound(IpPackets.view(in))).isSameAs(entry);
        assertThat(spd.inbound(IpPackets.view(out))).isSameAs(Spd.DEFAULT);
    }

    @Test
    void firstEntryWinsEvenIfALaterOneIsMoreSpecific() {
        SpdEntry wide = SpdEntry.discard(Prefix.ANY_V4, Prefix.ANY_V4);
        SpdEntry narrow = SpdEntry.protect(PODS, OTHERS, "b");
        IpPacketView packet =
                IpPackets.view(IpPackets.from("10.42.1.1", "10.42.2.1").build());

        assertThat(Spd.of(List.of(wide, narrow)).outbound(packet)).isSameAs(wide);
        assertThat(Spd.of(List.of(narrow, wide)).outbound(packet)).isSameAs(narrow);
    }

    @Test
    void looksAtProtocolAndPorts() {
        SpdEntry dns = new SpdEntry(PODS, OTHERS, 17, PortRange.ANY, PortRange.of(53), Action.BYPASS, null);
        SpdEntry rest = SpdEntry.protect(PODS, OTHERS, "b");
        Spd spd = Spd.of(List.of(dns, rest));
        byte[] query =
                IpPackets.from("10.42.1.1", "10.42.2.1").udpPorts(4000, 53).build();
        byte[] answer =
                IpPackets.from("10.42.2.1", "10.42.1.1").udpPorts(53, 4000).build();
        byte[] other =
                IpPackets.from("10.42.1.1", "10.42.2.1").udpPorts(53, 4000).build();

        assertThat(spd.outbound(IpPackets.view(query))).isSameAs(dns);
        assertThat(spd.inbound(IpPackets.view(answer))).isSameAs(dns);
        assertThat(spd.outbound(IpPackets.view(other))).isSameAs(rest);
    }

    @Test
    @Tag("ESP-19")
    @DisplayName("A later fragment under an entry with ports cannot be decided and is not decided by luck")
    void doesNotGuessAboutFragments() {
        SpdEntry web = new SpdEntry(PODS, OTHERS, 17, PortRange.ANY, PortRange.of(80), Action.BYPASS, null);
        SpdEntry rest = SpdEntry.protect(PODS, OTHERS, "b");
        IpPacketView fragment = IpPackets.view(
                IpPackets.from("10.42.1.1", "10.42.2.1").fragment(64, true).build());

        assertThat(Spd.of(List.of(web, rest)).outbound(fragment)).isSameAs(Spd.UNDECIDABLE);
        assertThat(Spd.of(List.of(rest, web)).outbound(fragment))
                .as("decided before ports are asked for")
                .isSameAs(rest);
    }

    @Test
    @Tag("ESP-19")
    void discardsFragmentsThatADiscardWithPortsMayMean() {
        SpdEntry noWeb = new SpdEntry(PODS, OTHERS, 17, PortRange.ANY, PortRange.of(80), Action.DISCARD, null);
        IpPacketView fragment = IpPackets.view(
                IpPackets.from("10.42.1.1", "10.42.2.1").fragment(64, true).build());

        assertThat(Spd.of(List.of(noWeb, SpdEntry.protect(PODS, OTHERS, "b"))).outbound(fragment))
                .isSameAs(noWeb);
    }

    @Test
    @DisplayName("Agrees with a linear scan on random policies and packets of both families")
    void agreesWithALinearScan() {
        for (long seed = 1; seed <= 60; seed++) {
            Random random = new Random(seed);
            List<SpdEntry> entries = new ArrayList<>();
            int count = random.nextInt(80);
            for (int i = 0; i < count; i++) {
                entries.add(randomEntry(random));
            }
            Spd spd = Spd.of(entries);
            for (int i = 0; i < 300; i++) {
                byte[] packet = randomPacket(random);
                IpPacketView view = IpPackets.view(packet);
                assertThat(spd.outbound(view))
                        .as("seed %d packet %d out", seed, i)
                        .isSameAs(scan(entries, view, true));
                assertThat(spd.inbound(view))
                        .as("seed %d packet %d in", seed, i)
                        .isSameAs(scan(entries, view, false));
            }
        }
    }

    @Test
    @DisplayName("10,000 peers: the entry of every peer is found")
    void findsEveryOfManyPeers() {
        List<SpdEntry> entries = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            Prefix remote = Prefix.containing(IpAddress.v4(0x0b000000 + (i << 8)), 24);
            entries.add(SpdEntry.protect(PODS, remote, "node-" + i));
        }
        Spd spd = Spd.of(entries);
        for (int i = 0; i < 10_000; i += 7) {
            String destination = IpAddress.v4(0x0b000000 + (i << 8) + 9).toString();
            IpPacketView packet =
                    IpPackets.view(IpPackets.from("10.42.1.1", destination).build());
            assertThat(spd.outbound(packet).peer()).isEqualTo("node-" + i);
        }
    }

    @Test
    void refusesEntriesThatContradictThemselves() {
        assertThatThrownBy(() -> SpdEntry.discard(PODS, Prefix.ANY_V6)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SpdEntry(PODS, OTHERS, 0, PortRange.ANY, PortRange.ANY, Action.PROTECT, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SpdEntry(PODS, OTHERS, 256, PortRange.ANY, PortRange.ANY, Action.DISCARD, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PortRange(5, 4)).isInstanceOf(IllegalArgumentException.class);
    }

    private static SpdEntry randomEntry(Random random) {
        boolean v6 = random.nextBoolean();
        Prefix local = randomPrefix(random, v6);
        Prefix remote = randomPrefix(random, v6);
        int protocol = new int[] {0, 0, 6, 17}[random.nextInt(4)];
        PortRange localPorts = randomPorts(random);
        PortRange remotePorts = randomPorts(random);
        Action action = List.of(Action.values()).get(random.nextInt(3));
        return new SpdEntry(
                local, remote, protocol, localPorts, remotePorts, action, action == Action.PROTECT ? "p" : null);
    }

    private static PortRange randomPorts(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> PortRange.of(1 + random.nextInt(3));
            case 1 -> new PortRange(1, 2);
            case 2 -> PortRange.OPAQUE;
            default -> PortRange.ANY;
        };
    }

    /** Addresses from a space of 16, prefixes of many lengths within it, so that they overlap. */
    private static Prefix randomPrefix(Random random, boolean v6) {
        int bits = v6 ? 128 : 32;
        int length = random.nextInt(4) == 0 ? 0 : bits - random.nextInt(6);
        return Prefix.containing(randomAddress(random, v6), length);
    }

    private static IpAddress randomAddress(Random random, boolean v6) {
        int host = random.nextInt(16);
        return v6 ? IpAddress.v6(0xfd42_0000_0000_0000L, host) : IpAddress.v4(0x0a2a0000 + host);
    }

    private static byte[] randomPacket(Random random) {
        boolean v6 = random.nextBoolean();
        IpPackets packet = IpPackets.from(
                randomAddress(random, v6).toString(), randomAddress(random, v6).toString());
        switch (random.nextInt(4)) {
            case 0 -> packet.protocol(6, IpPackets.udp(1 + random.nextInt(4), 1 + random.nextInt(4), new byte[12]));
            case 1 -> packet.protocol(50, new byte[20]);
            default -> packet.udpPorts(1 + random.nextInt(4), 1 + random.nextInt(4));
        }
        if (random.nextInt(5) == 0) {
            packet.fragment(random.nextBoolean() ? 0 : 80, true);
        }
        return packet.build();
    }

    /** What RFC 4301 4.4.1 says, as plainly as it can be written. */
    private static SpdEntry scan(List<SpdEntry> entries, IpPacketView packet, boolean outbound) {
        IpAddress local = outbound ? packet.source() : packet.destination();
        IpAddress remote = outbound ? packet.destination() : packet.source();
        boolean laterFragment = packet.fragmentOffset() > 0;
        for (SpdEntry entry : entries) {
            if (!entry.local().contains(local) || !entry.remote().contains(remote)) {
                continue;
            }
            if (entry.protocol() != 0 && entry.protocol() != packet.protocol()) {
                continue;
            }
            boolean asks = asksForPort(entry.localPorts()) || asksForPort(entry.remotePorts());
            if (laterFragment && asks) {
                return entry.action() == Action.DISCARD ? entry : Spd.UNDECIDABLE;
            }
            int source = packet.hasPorts() ? packet.sourcePort() : -1;
            int destination = packet.hasPorts() ? packet.destinationPort() : -1;
            if (in(entry.localPorts(), outbound ? source : destination)
                    && in(entry.remotePorts(), outbound ? destination : source)) {
                return entry;
            }
        }
        return Spd.DEFAULT;
    }

    private static boolean asksForPort(PortRange range) {
        return !range.equals(PortRange.ANY) && !range.equals(PortRange.OPAQUE);
    }

    private static boolean in(PortRange range, int port) {
        if (range.equals(PortRange.ANY)) {
            return true;
        }
        if (range.equals(PortRange.OPAQUE)) {
            return port < 0;
        }
        return port >= range.first() && port <= range.last();
    }
}
