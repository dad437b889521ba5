package dev.espalier.linux.netlink;

import dev.espalier.linux.libc.Fd;
import dev.espalier.wire.Octets;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Links#createVeth} makes: two interfaces joined back to back, both down.
 *
 * @param name of the end in this namespace
 * @param hardwareAddress of that end, 6 octets; null for a random one
 * @param peerName of the other end
 * @param peerHardwareAddress of the other end, 6 octets; null for a random one
 * @param peerNamespace where the other end is born; null for this namespace
 * @param mtu of both
 * @param group of the end in this namespace (IFLA_GROUP), by which packet filters can tell it; 0 is the default of all interfaces
 */
public record VethPair(
        String name,
        @Nullable Octets hardwareAddress,
        String peerName,
        @Nullable Octets peerHardwareAddress,
        @Nullable Fd peerNamespace,
        int mtu,
        int group) {}
