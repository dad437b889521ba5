package dev.espalier.wire.ip;

/**
 * A CIDR block.
 *
 * @param address the network address; bits behind {@code length} are zero
 * @param length 0 to 32 or 0 to 128
 */
public record Prefix(IpAddress address, int length) implements Comparable<Prefix> {
    public static final Prefix ANY_V4 = new Prefix(IpAddress.ANY_V4, 0);
    public static final Prefix ANY_V6 = new Prefix(IpAddress.ANY_V6, 0);

    public Prefix {
        if (length < 0 || length > address.bitLength()) {
            throw new IllegalArgumentException(
                    "prefix length " + length + " of " + address + " is not within 0.." + address.bitLength());
        }
        if (!address.equals(mask(address, length))) {
            throw new IllegalArgumentException(address + "/" + length + " has bits set behind the prefix");
        }
    }

    /** Parses {@code address/length}; host bits set or anything else throws {@link IllegalArgumentException}. */
    public static Prefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("not a CIDR: '" + text + "'");
        }
        try {
            return new Prefix(IpAddress.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "not a CIDR: '" + text + "'"
                            + (e instanceof NumberFormatException ? "" : " (" + e.getMessage() + ")"),
                    e);
        }
    }

    /** The /32 or /128 of one address. */
    public static Prefix host(IpAddress address) {
        return new Prefix(address, address.bitLength());
    }

    /** The block of {@code length} bits that {@code address} lies in. */
    public static Prefix containing(IpAddress address, int length) {
        return new Prefix(mask(address, length), length);
    }

    public boolean v6() {
        return address.v6();
    }

    public boolean contains(IpAddress other) {
        return other.v6() == address.v6() && mask(other, length).equals(address);
    }

    public boolean contains(Prefix other) {
        return other.length >= length && contains(other.address);
    }

    public boolean overlaps(Prefix other) {
        return contains(other) || other.contains(this);
    }

    public IpAddress first() {
        return address;
    }

    public IpAddress last() {
        if (!address.v6()) {
            return IpAddress.v4((int) (address.low() | (length == 32 ? 0 : 0xffff_ffffL >>> length)));
        }
        long high = address.high() | (length >= 64 ? 0 : length == 0 ? -1L : -1L >>> length);
        long low = address.low() | (length <= 64 ? -1L : length == 128 ? 0 : -1L >>> (length - 64));
        return IpAddress.v6(high, low);
    }

    @Override
    public int compareTo(Prefix other) {
        int byAddress = address.compareTo(other.address);
        return byAddress != 0 ? byAddress : Integer.compare(length, other.length);
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }

    private static IpAddress mask(IpAddress address, int length) {
        if (!address.v6()) {
            return IpAddress.v4(length == 0 ? 0 : (int) address.low() & -1 << (32 - length));
        }
        long high = length >= 64 ? address.high() : length == 0 ? 0 : address.high() & -1L << (64 - length);
        long low = length <= 64 ? 0 : length == 128 ? address.low() : address.low() & -1L << (128 - length);
        return IpAddress.v6(high, low);
    }
}
