package dev.espalier.bench.micro;

import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.crypto.NullCipherBackend;
import dev.espalier.esp.crypto.PacketCipher;
import dev.espalier.esp.sad.InboundSa;
import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.esp.sad.ReplayWindow;
import dev.espalier.esp.sad.SaParameters;
import dev.espalier.esp.sad.Sad;
import dev.espalier.esp.sad.SecurityDatabase;
import dev.espalier.esp.spd.EndSelector;
import dev.espalier.esp.spd.SelectorPair;
import dev.espalier.esp.spd.Spd;
import dev.espalier.esp.spd.SpdEntry;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.IpPacketView;
import dev.espalier.wire.ip.Prefix;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Policy, SA and replay window of a packet whose peer is another one each time, so that tables are as cold as many peers make them. Half of the rules
 * are about pod networks of nodes (/24 to /24), half about single pods (/32 to /24).
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LookupBenchmark {
    private static final int LOCAL = 10 << 24 | 200 << 16;
    private static final int PACKETS = 4096;
    private static final int SLOT = 64;

    @Param({"100", "10000"})
    private int peers;

    @Param({"1000", "100000"})
    private int rules;

    private final MemorySegment memory = Arena.global().allocate((long) PACKETS * SLOT, 64);
    private final IpPacketView view = new IpPacketView();
    private final ReplayWindow window = new ReplayWindow(8192, true);
    private Spd spd = Spd.EMPTY;
    private Sad sad = Sad.EMPTY;
    private long sequence;

    @Setup
    public void fill() {
        List<SpdEntry> entries = new ArrayList<>();
        Prefix local = Prefix.parse("10.200.0.0/24");
        for (int i = 0; i < rules; i++) {
            int peer = i / 2 % peers;
            int network = network(peer);
            entries.add(
                    i % 2 == 0 || i / 2 >= peers * 250
                            ? SpdEntry.protect(local, prefix(network, 24), "node-" + peer)
                            : SpdEntry.protect(
                                    prefix(LOCAL | i / 2 / peers + 1, 32), prefix(network, 24), "node-" + peer));
        }
        spd = Spd.of(entries);
        List<InboundSa> inbound = new ArrayList<>();
        List<OutboundSa> outbound = new ArrayList<>();
        PacketCipher none = new NullCipherBackend().cipher(EspTransform.AES_128_GCM_16, new byte[20], true);
        for (int peer = 0; peer < peers; peer++) {
            inbound.add(new InboundSa(parameters(peer), none));
            outbound.add(new OutboundSa(parameters(peer), none));
        }
        SecurityDatabase database = new SecurityDatabase();
        database.install(inbound, outbound);
        sad = database.tables().sad();
        for (int i = 0; i < PACKETS; i++) {
            int peer = (int) (i * 2654435761L >>> 8) % peers;
            InnerPackets.tcp(memory, (long) i * SLOT, LOCAL | 5, network(Math.abs(peer)) | 9, 1, 0);
        }
    }

    private static int network(int peer) {
        return 10 << 24 | peer / 256 << 16 | peer % 256 << 8;
    }

    private static Prefix prefix(int network, int length) {
        return new Prefix(new IpAddress(false, 0, network & 0xffff_ffffL), length);
    }

    private static SaParameters parameters(int peer) {
        UdpPath path = new UdpPath(
                new UdpEndpoint(IpAddress.parse("192.0.2.1"), 4500),
                new UdpEndpoint(new IpAddress(false, 0, 0xc612_0000L + peer), 4500));
        SelectorPair selectors = new SelectorPair(
                List.of(EndSelector.of(Prefix.parse("10.200.0.0/24"))),
                List.of(EndSelector.of(prefix(network(peer), 24))));
        int spi = 0x1000 + peer * 7919;
        return new SaParameters(
                "node-" + peer, spi, spi, EspTransform.AES_128_GCM_16, true, selectors, path, true, 8192);
    }

    @Benchmark
    public @Nullable OutboundSa outbound() {
        long at = ++sequence % PACKETS * SLOT;
        view.wrap(memory, at, InnerPackets.HEADERS);
        String peer = spd.outbound(view).peer();
        return peer == null ? null : sad.outbound(peer, view);
    }

    @Benchmark
    public @Nullable InboundSa bySpi() {
        return sad.inbound(0x1000 + (int) (++sequence * 2654435761L >>> 8) % peers * 7919);
    }

    @Benchmark
    public ReplayWindow.Verdict replayWindow() {
        // One in eight comes late.
        long number = ++sequence - ((sequence & 7) == 0 ? 5 : 0);
        ReplayWindow.Verdict verdict = window.check(window.infer((int) number));
        window.mark(number);
        return verdict;
    }
}
