package dev.espalier.ike.sa;

import dev.espalier.ike.Now;
import dev.espalier.ike.message.Decoded;
import dev.espalier.wire.ip.UdpPath;
import java.util.Optional;

/** Whom a protected message can be for: the holder of an IKE SPI. */
public sealed interface Party permits Attempt, HalfOpenSa, IkeSa {
    void receive(Decoded.Protected received, UdpPath path, Now now);

    /** Ends it because of a bug of ours, without touching anything else. */
    void abort(String reason, Now now);

    /** The peer it belongs to, once that is known. */
    Optional<Peer> owner();
}
