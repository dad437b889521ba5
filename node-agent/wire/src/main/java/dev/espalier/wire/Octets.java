package dev.espalier.wire;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An immutable string of octets with value equality: what a record holds in place of a {@code byte[]}. Not for secrets, since
 * {@link #toString()} prints the content; keys live in classes of their own that redact and wipe.
 */
public final class Octets implements Comparable<Octets> {
    public static final Octets EMPTY = new Octets(new byte[0]);

    private final byte[] bytes;

    private Octets(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A copy of {@code bytes}. */
    public static Octets of(byte... bytes) {
        return bytes.length == 0 ? EMPTY : new Octets(bytes.clone());
    }

    /** A copy of {@code length} octets from {@code offset}; throws {@link IndexOutOfBoundsException} outside the array. */
    public static Octets of(byte[] bytes, int offset, int length) {
        java.util.Objects.checkFromIndexSize(offset, length, bytes.length);
        return length == 0 ? EMPTY : new Octets(Arrays.copyOfRange(bytes, offset, offset + length));
    }

    /** Takes over {@code bytes}, which the caller must never touch again. */
    public static Octets wrap(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Octets(bytes);
    }

    /** Parses hexadecimal digits without separators; throws {@link IllegalArgumentException} on anything else. */
    public static Octets fromHex(String hex) {
        return wrap(HexFormat.of().parseHex(hex));
    }

    public int length() {
        return bytes.length;
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /** The octet at {@code index} as 0..255. */
    public int get(int index) {
        return bytes[index] & 0xff;
    }

    /** A copy. */
    public byte[] toArray() {
        return bytes.clone();
    }

    public void copyTo(byte[] target, int offset) {
        System.arraycopy(bytes, 0, target, offset, bytes.length);
    }

    /** The {@code length} octets from {@code offset}. */
    public Octets slice(int offset, int length) {
        return of(bytes, offset, length);
    }

    public Octets concat(Octets other) {
        byte[] joined = Arrays.copyOf(bytes, bytes.length + other.bytes.length);
        System.arraycopy(other.bytes, 0, joined, bytes.length, other.bytes.length);
        return wrap(joined);
    }

    /** A strict cursor over these octets, without copying. {@code what} names them in errors. */
    public WireReader reader(String what) {
        return new WireReader(what, bytes, 0, bytes.length);
    }

    /** Equality in time that depends on the lengths alone. */
    public boolean equalsConstantTime(Octets other) {
        return MessageDigest.isEqual(bytes, other.bytes);
    }

    /** Unsigned lexicographic order. */
    @Override
    public int compareTo(Octets other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Octets other && Arrays.equals(bytes, other.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    public String toHex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public String toString() {
        return toHex();
    }
}
