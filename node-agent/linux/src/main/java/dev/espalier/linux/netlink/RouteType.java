package dev.espalier.linux.netlink;

/** What a route does with a packet (RTN_*). */
public record RouteType(int value) {
    /** Forwards it through an interface, by way of a gateway or not. */
    public static final RouteType UNICAST = new RouteType(1);
    /** Delivers it to this host. */
    public static final RouteType LOCAL = new RouteType(2);
    /** Drops it in silence. */
    public static final RouteType BLACKHOLE = new RouteType(6);
    /** Drops it and says ICMP host unreachable. */
    public static final RouteType UNREACHABLE = new RouteType(7);
    /** Drops it and says ICMP prohibited. */
    public static final RouteType PROHIBIT = new RouteType(8);
    /** Ends the look-up in this table; the next rule decides. */
    public static final RouteType THROW = new RouteType(9);

    @Override
    public String toString() {
        return switch (value) {
            case 1 -> "unicast";
            case 2 -> "local";
            case 6 -> "blackhole";
            case 7 -> "unreachable";
            case 8 -> "prohibit";
            case 9 -> "throw";
            default -> "type " + value;
        };
    }
}
