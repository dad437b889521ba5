package dev.espalier.ike.sa;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.crypto.SkAlgorithm;
import dev.espalier.ike.crypto.SkCipher;
import dev.espalier.ike.exchange.IkeSaKeys;
import dev.espalier.ike.message.Decoded;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.Opened;
import dev.espalier.ike.message.Reassembler;
import dev.espalier.ike.message.SkMessages;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;

/** Protection of one IKE SA's messages in both directions, fragments included (RFC 7296 3.14, RFC 7383). */
final class SkChannel implements AutoCloseable {
    private final SkCipher outbound;
    private final SkCipher inbound;
    private final Reassembler reassembler;
    private final boolean fragments;
    private final EndpointConfig config;
    private int packetOctets;

    /**
     * @param initiator whether this end is the IKE SA's original initiator
     * @param fragments whether the peer takes fragments
     */
    SkChannel(IkeSaKeys keys, boolean initiator, boolean fragments, Environment env) {
        SkAlgorithm algorithm = SkAlgorithm.of(keys.suite());
        SkCipher fromInitiator = algorithm.initiatorCipher(keys.keys(), env.random());
        SkCipher fromResponder = algorithm.responderCipher(keys.keys(), env.random());
        this.outbound = initiator ? fromInitiator : fromResponder;
        this.inbound = initiator ? fromResponder : fromInitiator;
        this.reassembler = new Reassembler(env.fragments());
        this.fragments = fragments;
        this.config = env.config();
        this.packetOctets = config.fragmentOctets();
    }

    /** With the keys that come after these; what was found out about the peer and the path stays. */
    SkChannel next(IkeSaKeys keys, boolean initiator, Environment env) {
        SkChannel next = new SkChannel(keys, initiator, fragments, env);
        next.packetOctets = packetOctets;
        return next;
    }

    /** Messages of the peer that have come in part are left out: the peer sends all of them again. */
    void save(StateWriter out) {
        out.bool(fragments).i32(packetOctets).i64(outbound.ivsUsed());
    }

    static SkChannel restore(StateReader in, IkeSaKeys keys, boolean initiator, Environment env) {
        SkChannel restored = new SkChannel(keys, initiator, in.bool("fragments"), env);
        restored.packetOctets = in.i32("fragment size");
        restored.outbound.skipIvs(in.i64("IVs"));
        return restored;
    }

    List<Octets> seal(Message message, UdpPath path) {
        boolean marker = path.local().port() != config.ikePort();
        return fragments
                ? SkMessages.seal(
                        message,
                        outbound,
                        SkMessages.messageOctets(
                                packetOctets(path), path.local().address().v6(), marker))
                : List.of(SkMessages.seal(message, outbound));
    }

    /** Greatest IP packet that carries fragments at present. */
    int packetOctets() {
        return packetOctets;
    }

    /** Every IPv6 link takes what we begin with (RFC 8200 5). */
    private int packetOctets(UdpPath path) {
        return path.local().address().v6() ? config.fragmentOctets() : packetOctets;
    }

    /** Big fragments don't arrive: from now on they are of the size that every IPv4 host takes (RFC 7383 2.5.2, FRG-06). */
    private void shrinkFragments() {
        packetOctets = Math.min(packetOctets, SkMessages.SMALLEST_IPV4_PACKET_OCTETS);
    }

    /** A message that was never answered, anew in smaller pieces when that could be the reason; otherwise as it was. */
    List<Octets> smaller(List<Octets> unanswered, Message message, UdpPath path) {
        boolean big = unanswered.stream().anyMatch(d -> d.length() > SkMessages.SMALLEST_IPV4_PACKET_OCTETS);
        if (!big || !fragments || path.local().address().v6()) {
            return unanswered;
        }
        shrinkFragments();
        return seal(message, path);
    }

    Opened open(Decoded.Protected received, long nowNanos) {
        return switch (received) {
            case Decoded.Encrypted encrypted -> SkMessages.open(encrypted, inbound);
            case Decoded.Fragment fragment -> {
                Opened opened = reassembler.accept(fragment, inbound, nowNanos);
                if (!(opened instanceof Opened.UnprotectedError)) {
                    noticeSmall(fragment);
                }
                yield opened;
            }
        };
    }

    /** Whether the peer made it. */
    boolean authentic(Decoded.Protected received) {
        return SkMessages.authentic(received, inbound);
    }

    /** Whether the peer made it and it is one that gets the stored reply again: whole, or the first fragment (FRG-05). */
    boolean repeats(Decoded.Protected received) {
        boolean first = !(received instanceof Decoded.Fragment fragment) || fragment.number() == 1;
        boolean authentic = first && SkMessages.authentic(received, inbound);
        if (authentic && received instanceof Decoded.Fragment fragment) {
            noticeSmall(fragment);
        }
        return authentic;
    }

    /** A peer that cuts its messages so small has a reason, and it is probably ours as well. */
    private void noticeSmall(Decoded.Fragment fragment) {
        if (fragment.number() < fragment.total() && fragment.raw().length() <= SkMessages.SMALLEST_IPV4_PACKET_OCTETS) {
            shrinkFragments();
        }
    }

    @Override
    public void close() {
        outbound.close();
        inbound.close();
        reassembler.close();
    }
}
