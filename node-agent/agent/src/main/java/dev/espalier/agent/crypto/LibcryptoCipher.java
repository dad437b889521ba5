package dev.espalier.agent.crypto;

import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.crypto.PacketCipher;
import dev.espalier.linux.libc.Memory;
import dev.espalier.linux.libcrypto.AeadContext;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One SA's AEAD in libcrypto; nonce and associated data as RFC 4106 sections 3 to 5 and RFC 7634 section 2 have them. */
final class LibcryptoCipher implements PacketCipher {
    private static final int SALT_BYTES = 4;
    private static final int ASSOCIATED = 16;

    private final EspTransform transform;
    private final AeadContext context;
    private final boolean extended;

    @SuppressWarnings("UnusedVariable") // held so that the memory lives as long as its address is used
    private final Arena arena = Arena.ofAuto();
    /** The nonce, salt and IV, in the first twelve octets; associated data with extended numbers from {@link #ASSOCIATED} on. */
    private final long scratch = arena.allocate(32, 8).address();

    LibcryptoCipher(EspTransform transform, AeadContext context, byte[] salt, boolean extended) {
        this.transform = transform;
        this.context = context;
        this.extended = extended;
        Memory.copyFromHeap(salt, 0, scratch, SALT_BYTES);
    }

    @Override
    public void seal(MemorySegment memory, long at, int textLength, long sequence) {
        long packet = memory.address() + at;
        Memory.putLongBe(packet + 8, sequence);
        Memory.putLongBe(scratch + SALT_BYTES, sequence);
        context.seal(scratch, associated(packet, sequence), associatedLength(), text(packet), textLength);
    }

    @Override
    public boolean open(MemorySegment memory, long at, int textLength, long sequence) {
        long packet = memory.address() + at;
        Memory.putLong(scratch + SALT_BYTES, Memory.getLong(packet + 8));
        return context.open(scratch, associated(packet, sequence), associatedLength(), text(packet), textLength);
    }

    /** SPI and number as they stand in the packet, or with all 64 bits of the number (RFC 4106 section 5). */
    private long associated(long packet, long sequence) {
        if (!extended) {
            return packet;
        }
        Memory.putInt(scratch + ASSOCIATED, Memory.getInt(packet));
        Memory.putLongBe(scratch + ASSOCIATED + 4, sequence);
        return scratch + ASSOCIATED;
    }

    private int associatedLength() {
        return extended ? 12 : 8;
    }

    private long text(long packet) {
        return packet + transform.headerLength();
    }

    @Override
    public void close() {
        context.close();
        Memory.clear(scratch, 32);
    }
}
