package dev.espalier.ike.sa;

import dev.espalier.ike.PeerConfig;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The ways to a peer that its configuration allows. */
final class Paths {
    private Paths() {}

    /** One for each remote address that there is a local one for, preferred first. */
    static List<UdpPath> all(PeerConfig config, int port) {
        return config.remoteAddresses().stream()
                .flatMap(remote -> local(config.localAddresses().stream(), remote)
                        .map(local -> new UdpPath(new UdpEndpoint(local, port), new UdpEndpoint(remote, port)))
                        .stream())
                .toList();
    }

    /** Instead of one that is not allowed any more: with as little of it changed as possible, by the same ports. */
    static Optional<UdpPath> instead(PeerConfig config, UdpPath old) {
        IpAddress here = old.local().address();
        return keepingFirst(config.remoteAddresses(), old.remote().address())
                .flatMap(remote -> local(keepingFirst(config.localAddresses(), here), remote)
                        .map(local -> new UdpPath(
                                new UdpEndpoint(local, old.local().port()),
                                new UdpEndpoint(remote, old.remote().port())))
                        .stream())
                .findFirst();
    }

    private static Optional<IpAddress> local(Stream<IpAddress> all, IpAddress remote) {
        return all.filter(local -> local.v6() == remote.v6()).findFirst();
    }

    private static Stream<IpAddress> keepingFirst(List<IpAddress> all, IpAddress kept) {
        return Stream.concat(all.stream().filter(kept::equals), all.stream());
    }
}
