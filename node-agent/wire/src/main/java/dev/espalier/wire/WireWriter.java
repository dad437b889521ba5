package dev.espalier.wire;

import java.util.Arrays;

/** A growing big-endian buffer. Numbers out of their field's range are a bug of ours and throw. Not thread-safe. */
public final class WireWriter {
    private byte[] bytes;
    private int length;

    public WireWriter() {
        this(256);
    }

    public WireWriter(int capacity) {
        bytes = new byte[Math.max(16, capacity)];
    }

    public int length() {
        return length;
    }

    public WireWriter u8(int value) {
        check(value, 0xff);
        ensure(1);
        bytes[length++] = (byte) value;
        return this;
    }

    public WireWriter u16(int value) {
        check(value, 0xffff);
        ensure(2);
        put16(length, value);
        length += 2;
        return this;
    }

    public WireWriter u32(long value) {
        check(value, 0xffff_ffffL);
        return i32((int) value);
    }

    public WireWriter i32(int value) {
        ensure(4);
        put16(length, value >>> 16);
        put16(length + 2, value);
        length += 4;
        return this;
    }

    public WireWriter i64(long value) {
        return i32((int) (value >>> 32)).i32((int) value);
    }

    public WireWriter octets(Octets value) {
        ensure(value.length());
        value.copyTo(bytes, length);
        length += value.length();
        return this;
    }

    public WireWriter octets(byte[] value) {
        ensure(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    public WireWriter zeros(int count) {
        ensure(count);
        Arrays.fill(bytes, length, length + count, (byte) 0);
        length += count;
        return this;
    }

    /** Reserves a 16-bit field and returns its place, for {@link #patch16}. */
    public int reserve16() {
        int at = length;
        zeros(2);
        return at;
    }

    public WireWriter patch8(int at, int value) {
        check(value, 0xff);
        bytes[at] = (byte) value;
        return this;
    }

    public WireWriter patch16(int at, int value) {
        check(value, 0xffff);
        put16(at, value);
        return this;
    }

    public WireWriter patch32(int at, long value) {
        check(value, 0xffff_ffffL);
        put16(at, (int) (value >>> 16));
        put16(at + 2, (int) value);
        return this;
    }

    public byte[] toArray() {
        return Arrays.copyOf(bytes, length);
    }

    public Octets toOctets() {
        return Octets.wrap(toArray());
    }

    private void put16(int at, int value) {
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }

    private void ensure(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    private static void check(long value, long max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(value + " does not fit a field of at most " + max);
        }
    }
}
