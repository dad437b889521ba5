package dev.espalier.esp.crypto;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * No protection at all, in packets of the same size: what is left is what everything but the cipher costs. For measurements between two
 * agents of lab builds; whoever chooses it sends pod traffic in clear.
 */
public final class NullCipherBackend implements CipherBackend {
    @Override
    public String description() {
        return "no cipher: traffic is NOT protected";
    }

    @Override
    public PacketCipher cipher(EspTransform transform, byte[] keymat, boolean extendedSequenceNumbers) {
        return new NullCipher();
    }

    private static final class NullCipher implements PacketCipher {
        private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

        @Override
        public void seal(MemorySegment memory, long at, int textLength, long sequence) {
            memory.set(LONG, at + 8, sequence);
        }

        @Override
        public boolean open(MemorySegment memory, long at, int textLength, long sequence) {
            return true;
        }

        @Override
        public void close() {}
    }
}
