package dev.espalier.linux.netlink;

import dev.espalier.wire.ip.IpAddress;

/**
 * An address of an interface.
 *
 * @param interfaceIndex the interface
 * @param prefixLength how many bits of it the link shares
 * @param noDuplicateDetection (IPv6) whether it is usable at once, without asking the link first (IFA_F_NODAD)
 * @param tentative (IPv6) whether the link is still being asked, or has said no; of no meaning in requests
 */
public record InterfaceAddress(
        int interfaceIndex,
        IpAddress address,
        int prefixLength,
        Scope scope,
        boolean noDuplicateDetection,
        boolean tentative) {
    /** An address of global scope, usable at once. */
    public static InterfaceAddress of(int interfaceIndex, IpAddress address, int prefixLength) {
        return new InterfaceAddress(interfaceIndex, address, prefixLength, Scope.GLOBAL, address.v6(), false);
    }

    @Override
    public String toString() {
        return address + "/" + prefixLength + " dev " + interfaceIndex;
    }
}
