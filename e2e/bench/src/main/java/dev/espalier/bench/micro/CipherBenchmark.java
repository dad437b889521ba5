package dev.espalier.bench.micro;

import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.crypto.JdkCipherBackend;
import dev.espalier.esp.crypto.PacketCipher;
import dev.espalier.linux.libcrypto.AeadContext;
import dev.espalier.linux.libcrypto.Libcrypto;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
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

/** One packet through the cipher of one SA: sealed, and sealed and then opened (what opens has to be authentic). */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CipherBenchmark {
    private static final int PACKETS = 64;
    private static final int SLOT = 2048;

    @Param({"libcrypto", "jdk"})
    private String backend = "";

    @Param({"64", "1400"})
    private int length;

    private final MemorySegment memory = Arena.global().allocate((long) PACKETS * SLOT, 64);
    private PacketCipher cipher = new LibcryptoPackets();
    private long sequence;

    @Setup
    public void choose() {
        if (backend.equals("jdk")) {
            byte[] keymat = new byte[EspTransform.AES_128_GCM_16.keymatLength()];
            cipher = new JdkCipherBackend().cipher(EspTransform.AES_128_GCM_16, keymat, false);
        }
    }

    @Benchmark
    public long seal() {
        long at = ++sequence % PACKETS * SLOT;
        cipher.seal(memory, at, length, sequence);
        return at;
    }

    @Benchmark
    public boolean sealAndOpen() {
        long at = ++sequence % PACKETS * SLOT;
        cipher.seal(memory, at, length, sequence);
        return cipher.open(memory, at, length, sequence);
    }

    /** The calls that the agent makes for a packet of AES-128-GCM without extended sequence numbers. */
    private static final class LibcryptoPackets implements PacketCipher {
        private final AeadContext context = Libcrypto.load(null).context("AES-128-GCM", new byte[16]);
        private final MemorySegment nonce = Arena.global().allocate(16, 8);

        @Override
        public void seal(MemorySegment memory, long at, int textLength, long sequence) {
            long packet = memory.address() + at;
            nonce.set(ValueLayout.JAVA_LONG_UNALIGNED, 4, sequence);
            context.seal(nonce.address(), packet, 8, packet + 16, textLength);
        }

        @Override
        public boolean open(MemorySegment memory, long at, int textLength, long sequence) {
            long packet = memory.address() + at;
            nonce.set(ValueLayout.JAVA_LONG_UNALIGNED, 4, sequence);
            return context.open(nonce.address(), packet, 8, packet + 16, textLength);
        }

        @Override
        public void close() {
            context.close();
        }
    }
}
