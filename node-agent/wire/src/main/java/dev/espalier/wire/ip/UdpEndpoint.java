package dev.espalier.wire.ip;

/**
 * A transport address.
 *
 * @param port 0 to 65535
 */
public record UdpEndpoint(IpAddress address, int port) {
    public UdpEndpoint {
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("port " + port);
        }
    }

    @Override
    public String toString() {
        return address.v6() ? "[" + address + "]:" + port : address + ":" + port;
    }
}
