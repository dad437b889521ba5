package dev.espalier.testkit.sim;

import dev.espalier.ike.IkeOutput;
import dev.espalier.ike.message.Decoded;
import dev.espalier.ike.message.ExchangeType;
import dev.espalier.ike.message.IkeHeader;
import dev.espalier.ike.message.MessageCodec;
import dev.espalier.wire.Octets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must never be, whatever the network does; throws {@link AssertionError} at the step that breaks it:
 *
 * <ul>
 *   <li>a key of an ESP SA that sends is installed a second time, by whomever: its sequence numbers, and so its IVs, would begin again;
 *   <li>an end sends on an SA that its receiver has never had, while it has another one;
 *   <li>two different IKE messages go out under one key with one IV (IKE-51).
 * </ul>
 */
final class Invariants {
    private static final int IV_OCTETS = 8;

    private final Set<Octets> sendingKeys = new HashSet<>();
    private final Set<String> receiving = new HashSet<>();
    private final Map<String, Octets> sealed = new HashMap<>();

    /** @param sa as the data path has it from now on */
    void installed(String node, IkeOutput.Direction direction, SimDataPath.Sa sa) {
        if (direction == IkeOutput.Direction.INBOUND) {
            receiving.add(node + " " + sa.spi());
            return;
        }
        if (!sendingKeys.add(sa.key())) {
            throw new AssertionError(node + " sends under a key that was in use before, to " + sa.peer());
        }
    }

    /**
     * A node is done with one input and means to send like this.
     *
     * @param outbound its SAs for one peer, the one in use last
     */
    void sends(String node, List<SimDataPath.Sa> outbound) {
        SimDataPath.Sa used = outbound.getLast();
        if (outbound.size() > 1 && !receiving.contains(used.peer() + " " + used.spi())) {
            throw new AssertionError(node + " sends to " + used.peer() + " what that was never ready to receive, with "
                    + (outbound.size() - 1) + " other SAs");
        }
    }

    void sent(Octets datagram) {
        if (MessageCodec.decode(datagram) instanceof Decoded.Protected message) {
            String use = key(message.header()) + " " + message.sealed().slice(0, IV_OCTETS);
            Octets before = sealed.putIfAbsent(use, datagram);
            if (before != null && !before.equals(datagram)) {
                throw new AssertionError("two messages under one key and IV: " + use);
            }
        }
    }

    /** Keys change with each IKE_INTERMEDIATE exchange, whose message ID then tells them apart (RFC 9370 2.2.2). */
    private static String key(IkeHeader header) {
        String epoch = header.exchange().equals(ExchangeType.IKE_INTERMEDIATE) ? " " + header.messageId() : "";
        return header.spiInitiator() + " " + header.spiResponder() + " " + header.fromInitiator() + epoch;
    }
}
