package dev.espalier.ike;

import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;

/** What the engine wants done, in this order. Imperative; nothing else the engine does has effects. */
public sealed interface IkeOutput {
    /**
     * @param datagram the IKE message; whoever sends it from port 4500 puts the non-ESP marker in front (RFC 3948 2.2)
     */
    record SendDatagram(UdpPath path, Octets datagram) implements IkeOutput {}

    /**
     * Makes one direction of a child SA usable. Inbound always comes before its outbound. Of several outbound SAs of one peer, the one
     * that was installed last is to be used, and when that is removed the one before it; every inbound one takes packets.
     */
    record InstallChildSa(Direction direction, ChildSa sa) implements IkeOutput {}

    /**
     * Forgets one direction of a child SA.
     *
     * @param spi of the direction that is meant: ours for inbound, the peer's for outbound
     */
    record RemoveChildSa(String peer, Direction direction, int spi) implements IkeOutput {}

    /** The pair's datagrams take another way from now on (NAT rebinding, MOBIKE). */
    record MoveChildSa(String peer, int spiIn, UdpPath path) implements IkeOutput {}

    /** One octet of 0xFF, without a non-ESP marker, that keeps a NAT in front of us open (RFC 3948 2.3, 4). */
    record SendKeepalive(UdpPath path) implements IkeOutput {}

    record Report(IkeEvent event) implements IkeOutput {}

    enum Direction {
        INBOUND,
        OUTBOUND
    }
}
