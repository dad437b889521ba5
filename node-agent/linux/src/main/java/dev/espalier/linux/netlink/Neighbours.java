package dev.espalier.linux.netlink;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The ARP and neighbour discovery tables of a namespace; part of {@link Rtnetlink}. */
public final class Neighbours {
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;
    private static final int NUD_PERMANENT = 0x80;
    private static final int BODY_BYTES = 12;

    private final NetlinkSocket socket;

    Neighbours(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Entries of one interface. */
    public List<Neighbour> list(int interfaceIndex) throws ErrnoException {
        List<Neighbour> neighbours = new ArrayList<>();
        Request request = body(new Request(Netlink.GET_NEIGHBOUR, 0, "all neighbours"), 0, 0, 0);
        for (Message message : socket.dump(request)) {
            Neighbour neighbour = parse(message.body());
            if (neighbour != null && neighbour.interfaceIndex() == interfaceIndex) {
                neighbours.add(neighbour);
            }
        }
        return neighbours;
    }

    /** Puts a permanent entry in the place of whatever is there for the address. */
    public void replacePermanent(int interfaceIndex, IpAddress address, Octets hardwareAddress) throws ErrnoException {
        socket.transact(permanent(new Neighbour(interfaceIndex, address, hardwareAddress, true)));
    }

    /** False when there was none. */
    public boolean delete(int interfaceIndex, IpAddress address) throws ErrnoException {
        Request request = new Request(Netlink.DEL_NEIGHBOUR, 0, address + " dev " + interfaceIndex);
        body(request, Netlink.family(address.v6()), interfaceIndex, 0).attribute(NDA_DST, address);
        return Rtnetlink.unlessGone(socket, request, Set.of(Errno.ENOENT, Errno.ENODEV));
    }

    static Request permanent(Neighbour neighbour) {
        Request request =
                new Request(Netlink.NEW_NEIGHBOUR, Netlink.F_CREATE | Netlink.F_REPLACE, neighbour.toString());
        return body(request, Netlink.family(neighbour.address().v6()), neighbour.interfaceIndex(), NUD_PERMANENT)
                .attribute(NDA_DST, neighbour.address())
                .attribute(NDA_LLADDR, neighbour.hardwareAddress());
    }

    static @Nullable Neighbour parse(Octets body) {
        Attributes attributes = Attributes.parse(body, BODY_BYTES);
        IpAddress address = attributes.address(NDA_DST);
        if (address == null) {
            return null;
        }
        Octets hardwareAddress = attributes.get(NDA_LLADDR);
        return new Neighbour(
                Attributes.i32(body, 4),
                address,
                hardwareAddress == null ? Octets.EMPTY : hardwareAddress,
                (Attributes.u16(body, 8) & NUD_PERMANENT) != 0);
    }

    private static Request body(Request request, int family, int interfaceIndex, int state) {
        return request.u8(family)
                .u8(0)
                .u16(0)
                .u32(interfaceIndex)
                .u16(state)
                .u8(0)
                .u8(0);
    }
}
