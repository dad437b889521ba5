package dev.espalier.bench.micro;

import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.crypto.NullCipherBackend;
import dev.espalier.esp.packet.Coalescer;
import dev.espalier.esp.packet.DataPathEvents;
import dev.espalier.esp.packet.DropCounters;
import dev.espalier.esp.packet.EspOutbound;
import dev.espalier.esp.packet.OutboundSettings;
import dev.espalier.esp.packet.PacketBuffer;
import dev.espalier.esp.packet.SealedBatch;
import dev.espalier.esp.packet.StagedPackets;
import dev.espalier.esp.packet.Verdict;
import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.esp.sad.SaParameters;
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
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the data path does with 44 full segments of TCP at a time beside the cipher, per segment. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BatchBenchmark {
    private static final int SEGMENTS = 44;
    private static final int PAYLOAD = 1360;
    private static final int SLOT = 1472;
    private static final int LOCAL = 10 << 24 | 42 << 16 | 1 << 8 | 5;
    private static final int REMOTE = 10 << 24 | 42 << 16 | 2 << 8 | 9;

    private final SecurityDatabase database = new SecurityDatabase();
    private final DropCounters drops = new DropCounters();
    private final EspOutbound outbound = new EspOutbound(
            new OutboundSettings(true, null, null), new StagedPackets(1, 1, 2048, 1, drops), drops, new Silence());
    private final PacketBuffer large = new PacketBuffer(Arena.global().allocate(1 << 17, 64));
    private final SealedBatch sealed = new SealedBatch(1 << 17, 64, 64);
    private final MemorySegment opened = Arena.global().allocate(SEGMENTS * SLOT, 64);
    private final IpPacketView view = new IpPacketView();
    private int delivered;
    private final Coalescer coalescer =
            new Coalescer(opened, SEGMENTS, true, true, packet -> delivered += packet.slices());

    @Setup
    public void connect() {
        Prefix local = Prefix.parse("10.42.1.0/24");
        Prefix remote = Prefix.parse("10.42.2.0/24");
        UdpPath path = new UdpPath(
                new UdpEndpoint(IpAddress.parse("192.0.2.1"), 4500),
                new UdpEndpoint(IpAddress.parse("192.0.2.2"), 4500));
        database.setPolicy(Spd.of(List.of(SpdEntry.protect(local, remote, "b"))));
        database.install(new OutboundSa(
                new SaParameters(
                        "b",
                        0x1001,
                        0x1002,
                        EspTransform.AES_128_GCM_16,
                        true,
                        new SelectorPair(List.of(EndSelector.of(local)), List.of(EndSelector.of(remote))),
                        path,
                        true,
                        8192),
                new NullCipherBackend().cipher(EspTransform.AES_128_GCM_16, new byte[20], true)));
    }

    /** A packet of 60 kB as the TUN device hands it over: looked up, cut, framed, with checksums, ready to be sent by one call. */
    @Benchmark
    @OperationsPerInvocation(SEGMENTS)
    public Verdict split() {
        large.clear();
        InnerPackets.tcp(large.memory(), large.offset(), LOCAL, REMOTE, 7, 0);
        int length = InnerPackets.HEADERS + SEGMENTS * PAYLOAD;
        large.memory().set(ValueLayout.JAVA_SHORT_UNALIGNED, large.offset() + 2L, Short.reverseBytes((short) length));
        large.set(large.offset(), length);
        large.setOffload(PAYLOAD, 20, 16);
        sealed.clear();
        return outbound.process(large, database.tables(), sealed, 0);
    }

    /** As many packets that came in, put together for one write, with all checksums verified. */
    @Benchmark
    @OperationsPerInvocation(SEGMENTS)
    public int coalesce() {
        // The first packet's headers speak for the whole afterwards.
        InnerPackets.tcp(opened, 0, LOCAL, REMOTE, 0, PAYLOAD);
        for (int i = 0; i < SEGMENTS; i++) {
            view.wrap(opened, (long) i * SLOT, SLOT);
            coalescer.add((long) i * SLOT, view);
        }
        coalescer.flush();
        return delivered;
    }

    @Setup
    public void fill() {
        for (int i = 0; i < SEGMENTS; i++) {
            InnerPackets.tcp(opened, (long) i * SLOT, LOCAL, REMOTE, i * PAYLOAD, PAYLOAD);
        }
    }

    private static final class Silence implements DataPathEvents {
        @Override
        public void saNeeded(String peer) {}

        @Override
        public void peerPathChanged(String peer, int spi, UdpPath path) {}
    }
}
