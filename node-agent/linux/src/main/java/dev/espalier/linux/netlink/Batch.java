package dev.espalier.linux.netlink;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Changes that are sent to the kernel together: one system call in place of two for each. Not one transaction: the kernel carries them out one after the
 * other, and goes on after one that fails. Of one thread, until {@link #run}.
 */
public final class Batch {
    private static final Set<Integer> NONE = Set.of();
    private static final int EXCLUSIVE = Netlink.F_CREATE | Netlink.F_EXCLUSIVE;
    private static final int REPLACE = Netlink.F_CREATE | Netlink.F_REPLACE;

    private final NetlinkSocket socket;
    private final List<NetlinkSocket.Step> steps = new ArrayList<>();

    Batch(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** As {@link Links#createVeth}. */
    public Batch createVeth(VethPair pair) {
        return step(LinkCodec.createVeth(pair), NONE);
    }

    /** By name, since one that is only about to be made has no index yet. */
    public Batch describe(String name, String alias, Map<Ipv4Setting, Integer> settings) {
        return step(
                LinkCodec.setIpv4(LinkCodec.setAlias(LinkCodec.byName(Netlink.SET_LINK, name), alias), settings), NONE);
    }

    /** As {@link Links#setUp}. */
    public Batch setUp(int index) {
        return step(LinkCodec.setFlags(index, LinkCodec.IFF_UP, LinkCodec.IFF_UP), NONE);
    }

    /** Puts an interface into a group; none being there is as good. */
    public Batch setGroup(String name, int group) {
        return step(
                LinkCodec.byName(Netlink.SET_LINK, name).attribute(LinkCodec.IFLA_GROUP, group), Set.of(Errno.ENODEV));
    }

    /** Deletes an interface, and with a veth its peer; none being there is as good. */
    public Batch deleteLink(String name) {
        return step(LinkCodec.byName(Netlink.DEL_LINK, name), Set.of(Errno.ENODEV));
    }

    /** Deletes all interfaces of a group at once, for which the kernel waits for its readers as often as for one; none being there is as good. */
    public Batch deleteGroup(int group) {
        return step(LinkCodec.deleteGroup(group), Set.of(Errno.ENODEV));
    }

    /** As {@link Addresses#add}. */
    public Batch add(InterfaceAddress address) {
        return step(AddressCodec.request(Netlink.NEW_ADDRESS, EXCLUSIVE, address), NONE);
    }

    /** As {@link Neighbours#replacePermanent}. */
    public Batch replacePermanent(int interfaceIndex, IpAddress address, Octets hardwareAddress) {
        return step(Neighbours.permanent(new Neighbour(interfaceIndex, address, hardwareAddress, true)), NONE);
    }

    /** As {@link Routes#add}. */
    public Batch add(Route route) {
        return step(RouteCodec.request(Netlink.NEW_ROUTE, EXCLUSIVE, route), NONE);
    }

    /** As {@link Routes#replace}. */
    public Batch replace(Route route) {
        return step(RouteCodec.request(Netlink.NEW_ROUTE, REPLACE, route), NONE);
    }

    /** Adds a rule; the same being there is as good. */
    public Batch ensure(Rule rule) {
        return step(RuleCodec.request(Netlink.NEW_RULE, EXCLUSIVE, rule), Set.of(Errno.EEXIST));
    }

    /** As {@link Rules#delete}; none being there is as good. */
    public Batch delete(Rule rule) {
        return step(RuleCodec.request(Netlink.DEL_RULE, 0, rule), Rules.GONE);
    }

    /**
     * Carries everything out; then this is empty.
     *
     * @throws ErrnoException the first error; what comes behind it is carried out nevertheless
     */
    public void run() throws ErrnoException {
        List<NetlinkSocket.Step> all = List.copyOf(steps);
        steps.clear();
        socket.transactAll(all);
    }

    private Batch step(Request request, Set<Integer> tolerated) {
        steps.add(new NetlinkSocket.Step(request, tolerated));
        return this;
    }
}
