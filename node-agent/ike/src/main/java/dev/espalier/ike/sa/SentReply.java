package dev.espalier.ike.sa;

import dev.espalier.ike.message.Message;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;

/**
 * A response that is kept for when its request comes again: the same octets, unless the channel has found meanwhile that big
 * fragments do not arrive (RFC 7383 2.5.2).
 */
final class SentReply {
    private final Message message;
    private final SkChannel channel;
    private final UdpPath path;
    private List<Octets> datagrams;
    private int packetOctets;

    SentReply(Message message, SkChannel channel, UdpPath path) {
        this.message = message;
        this.channel = channel;
        this.path = path;
        this.datagrams = channel.seal(message, path);
        this.packetOctets = channel.packetOctets();
    }

    List<Octets> datagrams() {
        if (channel.packetOctets() < packetOctets) {
            datagrams = channel.smaller(datagrams, message, path);
            packetOctets = channel.packetOctets();
        }
        return datagrams;
    }
}
