package dev.espalier.linux.netlink;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Fd;
import dev.espalier.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The interfaces of a namespace; part of {@link Rtnetlink}. */
public final class Links {
    private final NetlinkSocket socket;

    Links(NetlinkSocket socket) {
        this.socket = socket;
    }

    public List<Link> list() throws ErrnoException {
        List<Link> links = new ArrayList<>();
        for (Message message : socket.dump(LinkCodec.request(Netlink.GET_LINK, 0, 0, "all interfaces"))) {
            links.add(LinkCodec.parse(message.body()));
        }
        return links;
    }

    /** The interface called {@code name}; throws ENODEV when there is none. */
    public Link get(String name) throws ErrnoException {
        return single(LinkCodec.getByName(name));
    }

    /** The interface with {@code index}; throws ENODEV when there is none. */
    public Link get(int index) throws ErrnoException {
        return single(LinkCodec.request(Netlink.GET_LINK, 0, index, "interface " + index));
    }

    public Optional<Link> find(String name) throws ErrnoException {
        try {
            return Optional.of(get(name));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Throws EEXIST, and changes nothing, when either name is taken in its namespace. */
    public void createVeth(VethPair pair) throws ErrnoException {
        socket.transact(LinkCodec.createVeth(pair));
    }

    /** Creates an interface of a kind that needs no settings, such as {@code dummy}; throws EEXIST when the name is taken. */
    public void create(String name, String kind, int mtu) throws ErrnoException {
        socket.transact(LinkCodec.create(name, kind, mtu));
    }

    public void setUp(int index) throws ErrnoException {
        socket.transact(LinkCodec.setFlags(index, LinkCodec.IFF_UP, LinkCodec.IFF_UP));
    }

    public void setDown(int index) throws ErrnoException {
        socket.transact(LinkCodec.setFlags(index, 0, LinkCodec.IFF_UP));
    }

    public void setMtu(int index, int mtu) throws ErrnoException {
        change(change(index).attribute(LinkCodec.IFLA_MTU, mtu));
    }

    /** @param address 6 octets for Ethernet */
    public void setHardwareAddress(int index, Octets address) throws ErrnoException {
        change(change(index).attribute(LinkCodec.IFLA_ADDRESS, address));
    }

    /** The interface has to be down on older kernels. */
    public void rename(int index, String name) throws ErrnoException {
        change(change(index).attribute(LinkCodec.IFLA_IFNAME, name));
    }

    /** Puts the interface into a group that packet filters can name. */
    public void setGroup(int index, int group) throws ErrnoException {
        change(change(index).attribute(LinkCodec.IFLA_GROUP, group));
    }

    /** Free text of at most 255 octets that shows in {@code ip link}. */
    public void setAlias(int index, String alias) throws ErrnoException {
        change(LinkCodec.setAlias(change(index), alias));
    }

    /** Moves the interface into another namespace, where it gets a new index, is down and has no address. */
    public void moveTo(int index, Fd namespace) throws ErrnoException {
        change(change(index).attribute(LinkCodec.IFLA_NET_NS_FD, namespace.number()));
    }

    /** Deletes the interface, and with a veth its peer; false when it was not there. */
    public boolean delete(String name) throws ErrnoException {
        return Rtnetlink.unlessGone(socket, LinkCodec.byName(Netlink.DEL_LINK, name), Set.of(Errno.ENODEV));
    }

    /** Deletes the interface, and with a veth its peer; false when it was not there. */
    public boolean delete(int index) throws ErrnoException {
        return Rtnetlink.unlessGone(
                socket, LinkCodec.request(Netlink.DEL_LINK, 0, index, "interface " + index), Set.of(Errno.ENODEV));
    }

    private static Request change(int index) {
        return LinkCodec.request(Netlink.NEW_LINK, 0, index, "interface " + index);
    }

    private void change(Request request) throws ErrnoException {
        socket.transact(request);
    }

    private Link single(Request request) throws ErrnoException {
        List<Message> answers = socket.transact(request);
        if (answers.isEmpty()) {
            throw new ErrnoException(Netlink.name(request.type()), request.subject(), Errno.ENODEV);
        }
        return LinkCodec.parse(answers.getFirst().body());
    }
}
