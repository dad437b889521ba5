package dev.espalier.linux.netlink;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The addresses of a namespace's interfaces; part of {@link Rtnetlink}. */
public final class Addresses {
    private final NetlinkSocket socket;

    Addresses(NetlinkSocket socket) {
        this.socket = socket;
    }

    public List<InterfaceAddress> list() throws ErrnoException {
        List<InterfaceAddress> addresses = new ArrayList<>();
        for (Message message : socket.dump(AddressCodec.dump())) {
            InterfaceAddress address = AddressCodec.parse(message.body());
            if (address != null) {
                addresses.add(address);
            }
        }
        return addresses;
    }

    /** Addresses of one interface. */
    public List<InterfaceAddress> list(int interfaceIndex) throws ErrnoException {
        return list().stream()
                .filter(address -> address.interfaceIndex() == interfaceIndex)
                .toList();
    }

    /** Throws EEXIST when the interface has it already. */
    public void add(InterfaceAddress address) throws ErrnoException {
        socket.transact(AddressCodec.request(Netlink.NEW_ADDRESS, Netlink.F_CREATE | Netlink.F_EXCLUSIVE, address));
    }

    /** Adds it, or leaves it as it is. */
    public void replace(InterfaceAddress address) throws ErrnoException {
        socket.transact(AddressCodec.request(Netlink.NEW_ADDRESS, Netlink.F_CREATE | Netlink.F_REPLACE, address));
    }

    /** False when address or interface was not there. */
    public boolean delete(InterfaceAddress address) throws ErrnoException {
        return Rtnetlink.unlessGone(
                socket,
                AddressCodec.request(Netlink.DEL_ADDRESS, 0, address),
                Set.of(Errno.EADDRNOTAVAIL, Errno.ENODEV));
    }
}
