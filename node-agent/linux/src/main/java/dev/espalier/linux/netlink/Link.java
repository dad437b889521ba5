package dev.espalier.linux.netlink;

import dev.espalier.wire.Octets;

/**
 * A network interface.
 *
 * @param index unique within its namespace
 * @param kind such as {@code veth}, {@code tun}; empty for hardware and loopback
 * @param up whether it is switched on (IFF_UP)
 * @param running whether it can carry packets (IFF_RUNNING)
 * @param loopback whether this is {@code lo}
 * @param hardwareAddress empty for interfaces without one
 * @param master index of the bridge or bond it belongs to, 0 for none
 * @param peer index of the other end in its namespace (veth) or of the lower device, 0 for none
 * @param peerNamespace the kernel's id for the peer's namespace, -1 when it is this one
 * @param group number by which interfaces can be told in packet filters; 0 by default
 * @param alias free text (IFLA_IFALIAS), may be empty
 */
public record Link(
        int index,
        String name,
        String kind,
        int mtu,
        boolean up,
        boolean running,
        boolean loopback,
        Octets hardwareAddress,
        int master,
        int peer,
        int peerNamespace,
        int group,
        String alias) {}
