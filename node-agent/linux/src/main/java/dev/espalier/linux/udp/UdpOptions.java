package dev.espalier.linux.udp;

/**
 * Settings of a {@link UdpSocket}.
 *
 * @param receiveBufferBytes the kernel's receive queue; beyond net.core.rmem_max where the process may
 * @param sendBufferBytes the kernel's send queue; beyond net.core.wmem_max where the process may
 * @param pathMtu what to do about the path's MTU
 */
public record UdpOptions(int receiveBufferBytes, int sendBufferBytes, PathMtu pathMtu) {
    /** 8 MiB either way, the kernel fragments what does not fit. */
    public static final UdpOptions DEFAULT = new UdpOptions(8 << 20, 8 << 20, PathMtu.FRAGMENT);

    /** IP_MTU_DISCOVER and IPV6_MTU_DISCOVER (ip(7)). */
    public enum PathMtu {
        /** DF clear; the kernel fragments what exceeds the known path MTU. */
        FRAGMENT(0),
        /** DF set on what fits the known path MTU, so that a router which it does not fit says so; the kernel fragments the rest. */
        LEARN(1),
        /** DF set; sending more than the known path MTU fails with EMSGSIZE. */
        DISCOVER(2),
        /** DF set, the known path MTU ignored; only the device's MTU bounds a datagram (EMSGSIZE). */
        PROBE(3);

        final int value;

        PathMtu(int value) {
            this.value = value;
        }
    }
}
