package dev.espalier.linux.netlink;

import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import org.jspecify.annotations.Nullable;

/** struct ifaddrmsg and IFA_* (linux/if_addr.h). */
final class AddressCodec {
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_FLAGS = 8;
    private static final int F_NODAD = 2;
    private static final int F_DADFAILED = 8;
    private static final int F_TENTATIVE = 0x40;
    private static final int BODY_BYTES = 8;

    private AddressCodec() {}

    static Request dump() {
        return new Request(Netlink.GET_ADDRESS, 0, "all addresses")
                .u8(0)
                .u8(0)
                .u8(0)
                .u8(0)
                .u32(0);
    }

    static Request request(int type, int flags, InterfaceAddress address) {
        boolean v6 = address.address().v6();
        Request request = new Request(type, flags, address.toString())
                .u8(Netlink.family(v6))
                .u8(address.prefixLength())
                .u8(v6 && address.noDuplicateDetection() ? F_NODAD : 0)
                .u8(address.scope().value())
                .u32(address.interfaceIndex());
        // Without a peer, local and link address are the same.
        return request.attribute(IFA_LOCAL, address.address()).attribute(IFA_ADDRESS, address.address());
    }

    /** Null for an address of another family than IPv4 and IPv6. */
    static @Nullable InterfaceAddress parse(Octets body) {
        Attributes attributes = Attributes.parse(body, BODY_BYTES);
        IpAddress local = attributes.address(IFA_LOCAL);
        IpAddress address = local != null ? local : attributes.address(IFA_ADDRESS);
        if (address == null) {
            return null;
        }
        int flags = attributes.i32(IFA_FLAGS, body.get(2));
        return new InterfaceAddress(
                Attributes.i32(body, 4),
                address,
                body.get(1),
                new Scope(body.get(3)),
                (flags & F_NODAD) != 0,
                (flags & (F_TENTATIVE | F_DADFAILED)) != 0);
    }
}
