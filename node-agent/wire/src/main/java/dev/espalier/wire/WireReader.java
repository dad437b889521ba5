package dev.espalier.wire;

/**
 * A strict big-endian cursor. Every read checks its bounds and names what was being read; {@link #finish()} refuses octets that
 * nobody asked for. Errors are {@link WireFormatException}s. Not thread-safe.
 */
public final class WireReader {
    private final String what;
    private final byte[] bytes;
    private final int start;
    private final int end;
    private int position;

    WireReader(String what, byte[] bytes, int offset, int length) {
        this.what = what;
        this.bytes = bytes;
        this.start = offset;
        this.position = offset;
        this.end = offset + length;
    }

    public int remaining() {
        return end - position;
    }

    public boolean hasRemaining() {
        return position < end;
    }

    /** Octets read so far. */
    public int position() {
        return position - start;
    }

    public int u8(String field) {
        require(1, field);
        return bytes[position++] & 0xff;
    }

    public int u16(String field) {
        require(2, field);
        int value = ((bytes[position] & 0xff) << 8) | (bytes[position + 1] & 0xff);
        position += 2;
        return value;
    }

    /** An unsigned 32-bit number. */
    public long u32(String field) {
        return i32(field) & 0xffff_ffffL;
    }

    /** 32 bits as they are, for SPIs and other numbers that are compared only. */
    public int i32(String field) {
        return (u16(field) << 16) | u16(field);
    }

    /** 64 bits as they are; compare as unsigned. */
    public long i64(String field) {
        require(8, field);
        return ((long) i32(field) << 32) | u32(field);
    }

    public Octets octets(int length, String field) {
        require(length, field);
        Octets value = Octets.of(bytes, position, length);
        position += length;
        return value;
    }

    /** All that is left, possibly nothing. */
    public Octets rest() {
        return octets(remaining(), "rest");
    }

    public void skip(int length, String field) {
        require(length, field);
        position += length;
    }

    /** A cursor over the next {@code length} octets, which this one passes over. */
    public WireReader sub(int length, String field) {
        require(length, field);
        WireReader sub = new WireReader(what + "." + field, bytes, position, length);
        position += length;
        return sub;
    }

    /** Refuses trailing octets. */
    public void finish() {
        if (position != end) {
            throw fail((end - position) + " trailing octets");
        }
    }

    /** An error at this place, for the caller to throw. */
    public WireFormatException fail(String reason) {
        return new WireFormatException(what + " at octet " + position() + ": " + reason);
    }

    private void require(int length, String field) {
        if (length < 0 || length > end - position) {
            throw fail(field + " needs " + length + " octets, " + (end - position) + " left");
        }
    }
}
