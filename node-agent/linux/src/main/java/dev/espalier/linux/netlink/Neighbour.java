package dev.espalier.linux.netlink;

import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;

/**
 * An entry of the ARP or neighbour discovery table.
 *
 * @param hardwareAddress empty while it is not known
 * @param permanent whether it never expires and is never asked for
 */
public record Neighbour(int interfaceIndex, IpAddress address, Octets hardwareAddress, boolean permanent) {
    @Override
    public String toString() {
        return address + " lladdr " + hardwareAddress + " dev " + interfaceIndex;
    }
}
