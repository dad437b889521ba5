package dev.espalier.esp.spd;

/**
 * Ports, or ICMP type and code as one number (RFC 4301 4.4.1.1), from {@code first} to {@code last} inclusive.
 *
 * <p>{@link #OPAQUE} (65535 to 0, RFC 7296 3.13.1) matches only packets whose ports cannot be seen.
 */
public record PortRange(int first, int last) {
    public static final PortRange ANY = new PortRange(0, 0xffff);
    public static final PortRange OPAQUE = new PortRange(0xffff, 0);

    public PortRange {
        boolean opaque = first == 0xffff && last == 0;
        if (first < 0 || last > 0xffff || (first > last && !opaque)) {
            throw new IllegalArgumentException("ports " + first + " to " + last);
        }
    }

    public static PortRange of(int port) {
        return new PortRange(port, port);
    }

    /** Whether this range takes every packet, its ports visible or not. */
    public boolean isAny() {
        return first == 0 && last == 0xffff;
    }

    /** Whether a packet must show its ports for this range to be decided. */
    boolean needsPort() {
        return !isAny() && first <= last;
    }

    /** @param visible whether the packet shows its ports; if not, {@code port} means nothing */
    boolean matches(boolean visible, int port) {
        if (isAny()) {
            return true;
        }
        return first > last ? !visible : visible && port >= first && port <= last;
    }
}
