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
    }

    boolean fragments() {
        return fragments;
    }

    List<Octets> seal(Message message, UdpPath path) {
        boolean marker = path.local().port() != config.ikePort();
        return fragments
                ? SkMessages.seal(
                        message,
                        outbound,
                        SkMessages.messageOctets(
                                config.fragmentOctets(), path.local().address().v6(), marker))
                : List.of(SkMessages.seal(message, outbound));
    }

    Opened open(Decoded.Protected received, long nowNanos) {
        return switch (received) {
            case Decoded.Encrypted encrypted -> SkMessages.open(encrypted, inbound);
            case Decoded.Fragment fragment -> reassembler.accept(fragment, inbound, nowNanos);
        };
    }

    /** Whether the peer made it and it is one that gets the stored reply again: whole, or the first fragment (FRG-05). */
    boolean repeats(Decoded.Protected received) {
        boolean first = !(received instanceof Decoded.Fragment fragment) || fragment.number() == 1;
        return first && SkMessages.authentic(received, inbound);
    }

    @Override
    public void close() {
        outbound.close();
        inbound.close();
        reassembler.close();
    }
}
