package dev.espalier.wire.ip;

import dev.espalier.wire.Octets;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An IPv4 or IPv6 address as two 64-bit halves; an IPv4 address sits in the low 32 bits of {@code low}. Never resolves a name.
 *
 * @param v6 whether this is an IPv6 address
 * @param high the upper 64 bits, 0 for IPv4
 * @param low the lower 64 bits
 */
public record IpAddress(boolean v6, long high, long low) implements Comparable<IpAddress> {
    public static final IpAddress ANY_V4 = new IpAddress(false, 0, 0);
    public static final IpAddress ANY_V6 = new IpAddress(true, 0, 0);

    public IpAddress {
        if (!v6 && (high != 0 || low >>> 32 != 0)) {
            throw new IllegalArgumentException("an IPv4 address has 32 bits");
        }
    }

    /** From 32 bits in host order of significance. */
    public static IpAddress v4(int bits) {
        return new IpAddress(false, 0, bits & 0xffff_ffffL);
    }

    public static IpAddress v6(long high, long low) {
        return new IpAddress(true, high, low);
    }

    /** From 4 or 16 octets in network order; anything else throws {@link IllegalArgumentException}. */
    public static IpAddress of(Octets octets) {
        return of(octets.toArray());
    }

    /** From 4 or 16 octets in network order; anything else throws {@link IllegalArgumentException}. */
    public static IpAddress of(byte[] octets) {
        return switch (octets.length) {
            case 4 -> new IpAddress(false, 0, bits(octets, 0, 4));
            case 16 -> new IpAddress(true, bits(octets, 0, 8), bits(octets, 8, 8));
            default -> throw new IllegalArgumentException("an address has 4 or 16 octets, not " + octets.length);
        };
    }

    /** Parses a literal such as {@code 10.0.0.1} or {@code fd00::1}; a name, a zone or anything else throws {@link IllegalArgumentException}. */
    public static IpAddress parse(String text) {
        try {
            InetAddress address = InetAddress.ofLiteral(text);
            // An IPv4-mapped IPv6 literal would come back as IPv4 and silently change its family.
            boolean v6 = text.indexOf(':') >= 0;
            boolean changedFamily = v6 && address.getAddress().length == 4;
            boolean shortened = !v6 && text.chars().filter(c -> c == '.').count() != 3;
            // Brackets and zones are for other places.
            boolean decorated = text.chars().anyMatch(c -> c != ':' && c != '.' && Character.digit(c, 16) < 0);
            if (changedFamily || shortened || decorated) {
                throw new IllegalArgumentException("not an IP address: '" + text + "'");
            }
            return of(address.getAddress());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not an IP address: '" + text + "'", e);
        }
    }

    public static IpAddress of(InetAddress address) {
        return of(address.getAddress());
    }

    /** 32 or 128. */
    public int bitLength() {
        return v6 ? 128 : 32;
    }

    public byte[] toBytes() {
        byte[] bytes = new byte[v6 ? 16 : 4];
        for (int i = 0; i < bytes.length; i++) {
            int shift = 8 * (bytes.length - 1 - i);
            bytes[i] = (byte) (shift >= 64 ? high >>> (shift - 64) : low >>> shift);
        }
        return bytes;
    }

    public Octets toOctets() {
        return Octets.wrap(toBytes());
    }

    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(toBytes());
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    public boolean isAny() {
        return high == 0 && low == 0;
    }

    /** The address {@code n} further on, wrapping within the family. */
    public IpAddress plus(long n) {
        long sum = low + n;
        if (!v6) {
            return v4((int) sum);
        }
        boolean carry = n >= 0 ? Long.compareUnsigned(sum, low) < 0 : Long.compareUnsigned(sum, low) > 0;
        return new IpAddress(true, carry ? high + Long.signum(n) : high, sum);
    }

    /** IPv4 before IPv6, then numerically. */
    @Override
    public int compareTo(IpAddress other) {
        if (v6 != other.v6) {
            return v6 ? 1 : -1;
        }
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /** RFC 5952 text for IPv6, dotted decimal for IPv4. */
    @Override
    public String toString() {
        if (!v6) {
            return (low >>> 24) + "." + (low >>> 16 & 0xff) + "." + (low >>> 8 & 0xff) + "." + (low & 0xff);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (int) ((i < 4 ? high >>> 48 - 16 * i : low >>> 112 - 16 * i) & 0xffff);
        }
        int zerosAt = -1;
        int zeros = 1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && groups[i + run] == 0) {
                run++;
            }
            if (run > zeros) {
                zerosAt = i;
                zeros = run;
            }
            i += Math.max(0, run - 1);
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == zerosAt) {
                text.append("::");
                i += zeros - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    private static long bits(byte[] octets, int offset, int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << 8 | octets[offset + i] & 0xff;
        }
        return value;
    }
}
