package dev.espalier.ike.sa;

import dev.espalier.ike.message.Message;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;
import java.util.function.Function;

/**
 * A response that is kept for when its request comes again: the same octets, unless the channel has found meanwhile that big
 * fragments do not arrive (RFC 7383 2.5.2).
 */
final class SentReply {
    private final Function<List<Octets>, List<Octets>> current;
    private List<Octets> datagrams;

    SentReply(Message message, SkChannel channel, UdpPath path) {
        this.datagrams = channel.seal(message, path);
        int sealedFor = channel.packetOctets();
        this.current = last -> channel.packetOctets() < sealedFor ? channel.smaller(last, message, path) : last;
    }

    /** One that a process before this one has sent: it stays as it was. */
    SentReply(List<Octets> datagrams) {
        this.datagrams = datagrams;
        this.current = same -> same;
    }

    List<Octets> datagrams() {
        datagrams = current.apply(datagrams);
        return datagrams;
    }
}
