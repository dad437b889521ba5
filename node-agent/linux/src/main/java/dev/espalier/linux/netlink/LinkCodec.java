package dev.espalier.linux.netlink;

import dev.espalier.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** struct ifinfomsg and IFLA_* (linux/if_link.h). */
final class LinkCodec {
    static final int IFLA_ADDRESS = 1;
    static final int IFLA_IFNAME = 3;
    static final int IFLA_MTU = 4;
    static final int IFLA_LINK = 5;
    static final int IFLA_MASTER = 10;
    static final int IFLA_LINKINFO = 18;
    static final int IFLA_IFALIAS = 20;
    private static final int IFLA_AF_SPEC = 26;
    static final int IFLA_GROUP = 27;
    static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_EXT_MASK = 29;
    private static final int IFLA_NUM_TX_QUEUES = 31;
    private static final int IFLA_NUM_RX_QUEUES = 32;
    static final int IFLA_LINK_NETNSID = 37;
    private static final int IFLA_INET_CONF = 1;
    private static final int RTEXT_FILTER_SKIP_STATS = 8;
    private static final int INFO_KIND = 1;
    private static final int INFO_DATA = 2;
    private static final int VETH_INFO_PEER = 1;
    private static final int BODY_BYTES = 16;

    static final int IFF_UP = 1;
    private static final int IFF_LOOPBACK = 8;
    private static final int IFF_RUNNING = 0x40;

    private LinkCodec() {}

    static Request request(int type, int flags, int index, String subject) {
        return body(new Request(type, flags, subject), index, 0, 0);
    }

    static Request byName(int type, String name) {
        return request(type, 0, 0, name).attribute(IFLA_IFNAME, name);
    }

    /** Sets those flags of {@code index} that are in {@code change} to what they are in {@code flags}. */
    static Request setFlags(int index, int flags, int change) {
        return body(new Request(Netlink.NEW_LINK, 0, "interface " + index), index, flags, change);
    }

    static Request create(String name, String kind, int mtu) {
        Request request = request(Netlink.NEW_LINK, Netlink.F_CREATE | Netlink.F_EXCLUSIVE, 0, name)
                .attribute(IFLA_IFNAME, name);
        if (mtu > 0) {
            request.attribute(IFLA_MTU, mtu);
        }
        int info = request.beginNest(IFLA_LINKINFO);
        return request.attribute(INFO_KIND, kind).endNest(info);
    }

    static Request createVeth(VethPair pair) {
        Request request = request(
                Netlink.NEW_LINK,
                Netlink.F_CREATE | Netlink.F_EXCLUSIVE,
                0,
                "veth " + pair.name() + " peer " + pair.peerName());
        describe(request, pair.name(), pair.mtu(), pair.hardwareAddress());
        if (pair.group() != 0) {
            request.attribute(IFLA_GROUP, pair.group());
        }
        int info = request.beginNest(IFLA_LINKINFO);
        request.attribute(INFO_KIND, "veth");
        int data = request.beginNest(INFO_DATA);
        int peer = request.beginNest(VETH_INFO_PEER);
        body(request, 0, 0, 0);
        describe(request, pair.peerName(), pair.mtu(), pair.peerHardwareAddress());
        if (pair.peerNamespace() != null) {
            request.attribute(IFLA_NET_NS_FD, pair.peerNamespace().number());
        }
        return request.endNest(peer).endNest(data).endNest(info);
    }

    /** Statistics, half of the answer, are left out of it. */
    static Request getByName(String name) {
        return byName(Netlink.GET_LINK, name).attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    }

    static Request setAlias(Request change, String alias) {
        // Without the terminating zero, which the kernel would count as part of the text.
        return change.attribute(IFLA_IFALIAS, alias.getBytes(StandardCharsets.UTF_8));
    }

    static Request setIpv4(Request change, Map<Ipv4Setting, Integer> settings) {
        int families = change.beginNest(IFLA_AF_SPEC);
        int family = change.beginNest(Netlink.AF_INET);
        int values = change.beginNest(IFLA_INET_CONF);
        settings.forEach((setting, value) -> change.attribute(setting.number(), value));
        return change.endNest(values).endNest(family).endNest(families);
    }

    static Request deleteGroup(int group) {
        return request(Netlink.DEL_LINK, 0, 0, "interfaces of group " + group).attribute(IFLA_GROUP, group);
    }

    static Link parse(Octets body) {
        int flags = Attributes.i32(body, 8);
        Attributes attributes = Attributes.parse(body, BODY_BYTES);
        Octets hardwareAddress = attributes.get(IFLA_ADDRESS);
        return new Link(
                Attributes.i32(body, 4),
                attributes.text(IFLA_IFNAME),
                attributes.nest(IFLA_LINKINFO).text(INFO_KIND),
                attributes.i32(IFLA_MTU, 0),
                (flags & IFF_UP) != 0,
                (flags & IFF_RUNNING) != 0,
                (flags & IFF_LOOPBACK) != 0,
                hardwareAddress == null ? Octets.EMPTY : hardwareAddress,
                attributes.i32(IFLA_MASTER, 0),
                attributes.i32(IFLA_LINK, 0),
                attributes.i32(IFLA_LINK_NETNSID, -1),
                attributes.i32(IFLA_GROUP, 0),
                attributes.text(IFLA_IFALIAS));
    }

    private static Request body(Request request, int index, int flags, int change) {
        return request.u8(0).u8(0).u16(0).u32(index).u32(flags).u32(change);
    }

    private static void describe(Request request, String name, int mtu, @Nullable Octets hardwareAddress) {
        request.attribute(IFLA_IFNAME, name).attribute(IFLA_MTU, mtu);
        // The kernel makes one for each processor that there could be, and uses one.
        request.attribute(IFLA_NUM_TX_QUEUES, 1).attribute(IFLA_NUM_RX_QUEUES, 1);
        if (hardwareAddress != null) {
            request.attribute(IFLA_ADDRESS, hardwareAddress);
        }
    }
}
