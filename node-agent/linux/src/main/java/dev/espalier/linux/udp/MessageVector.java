package dev.espalier.linux.udp;

import dev.espalier.linux.libc.Memory;
import java.lang.foreign.Arena;

/**
 * Native memory for {@code capacity} struct mmsghdr with one iovec, a sockaddr_in6 and {@link #CONTROL_BYTES} of control messages each: named offsets over
 * addresses, LP64 layout (recvmmsg(2), cmsg(3)).
 */
final class MessageVector {
    static final int HEADER_BYTES = 64;
    static final int CONTROL_BYTES = 128;
    static final int NAME_BYTES = 32;
    private static final int IOVEC_BYTES = 16;

    // struct msghdr, then the length that the kernel stores behind it
    private static final int NAME_LENGTH = 8;
    private static final int VECTOR = 16;
    private static final int VECTOR_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int FLAGS = 48;
    private static final int TRANSFERRED = 56;

    final int capacity;

    @SuppressWarnings(
            "UnusedVariable") // held so that memory of an automatic arena lives as long as its addresses are used
    private final Arena arena;

    private final long headers;
    private final long names;
    private final long vectors;
    private final long controls;

    MessageVector(Arena arena, int capacity) {
        this.capacity = capacity;
        this.arena = arena;
        headers = arena.allocate((long) capacity * HEADER_BYTES, 64).address();
        names = arena.allocate((long) capacity * NAME_BYTES, 8).address();
        vectors = arena.allocate((long) capacity * IOVEC_BYTES, 8).address();
        controls = arena.allocate((long) capacity * CONTROL_BYTES, 8).address();
        for (int i = 0; i < capacity; i++) {
            long header = header(i);
            Memory.putLong(header, name(i));
            Memory.putLong(header + VECTOR, vectors + (long) i * IOVEC_BYTES);
            Memory.putLong(header + VECTOR_COUNT, 1);
            Memory.putLong(header + CONTROL, control(i));
        }
    }

    long header(int i) {
        return headers + (long) i * HEADER_BYTES;
    }

    long name(int i) {
        return names + (long) i * NAME_BYTES;
    }

    long control(int i) {
        return controls + (long) i * CONTROL_BYTES;
    }

    void buffer(int i, long address, int length) {
        long vector = vectors + (long) i * IOVEC_BYTES;
        Memory.putLong(vector, address);
        Memory.putLong(vector + 8, length);
    }

    long bufferAddress(int i) {
        return Memory.getLong(vectors + (long) i * IOVEC_BYTES);
    }

    int bufferLength(int i) {
        return (int) Memory.getLong(vectors + (long) i * IOVEC_BYTES + 8);
    }

    void lengths(int i, int name, int control) {
        long header = header(i);
        Memory.putInt(header + NAME_LENGTH, name);
        Memory.putLong(header + CONTROL_LENGTH, control);
    }

    int controlLength(int i) {
        return (int) Memory.getLong(header(i) + CONTROL_LENGTH);
    }

    int flags(int i) {
        return Memory.getInt(header(i) + FLAGS);
    }

    /** What the kernel moved for message {@code i}, in octets. */
    int transferred(int i) {
        return Memory.getInt(header(i) + TRANSFERRED);
    }
}
