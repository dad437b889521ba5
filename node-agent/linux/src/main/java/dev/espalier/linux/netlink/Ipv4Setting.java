package dev.espalier.linux.netlink;

/** IPv4 settings of an interface, known as {@code net/ipv4/conf/INTERFACE/}… in lower case; numbers of linux/ip.h (IPV4_DEVCONF_*). */
public enum Ipv4Setting {
    FORWARDING(1),
    ACCEPT_REDIRECTS(4),
    SEND_REDIRECTS(6),
    RP_FILTER(8),
    SRC_VALID_MARK(24);

    private final int number;

    Ipv4Setting(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
