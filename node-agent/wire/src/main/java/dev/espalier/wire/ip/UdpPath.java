package dev.espalier.wire.ip;

/** Where a datagram went from and to, seen from this host. Both ends are of one address family. */
public record UdpPath(UdpEndpoint local, UdpEndpoint remote) {
    @Override
    public String toString() {
        return local + "<->" + remote;
    }
}
