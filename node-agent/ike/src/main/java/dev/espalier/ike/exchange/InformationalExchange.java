package dev.espalier.ike.exchange;

import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.ike.proposal.ProtocolId;
import dev.espalier.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;

/** INFORMATIONAL: liveness, DELETE, and the report of a failed authentication (RFC 7296 1.4, 2.21.2, 3.11). */
public final class InformationalExchange {
    private InformationalExchange() {}

    /** Asks for nothing but an answer (RFC 7296 2.4). */
    public static List<Payload> liveness() {
        return List.of();
    }

    public static List<Payload> deleteIke() {
        return List.of(new Payload.Delete(ProtocolId.IKE, List.of()));
    }

    /** Deletes by the sender's inbound SPIs (RFC 7296 1.4.1); nothing at all for none. */
    public static List<Payload> deleteChildren(List<Integer> spisIn) {
        return spisIn.isEmpty()
                ? List.of()
                : List.of(new Payload.Delete(
                        ProtocolId.ESP,
                        spisIn.stream().map(spi -> Offers.spi(spi.intValue())).toList()));
    }

    /** Reports a request whose message ID is out of the window (RFC 7296 2.3). */
    public static List<Payload> invalidMessageId(long messageId) {
        return List.of(Payload.Notify.of(
                NotifyType.INVALID_MESSAGE_ID,
                new WireWriter().i32((int) messageId).toOctets()));
    }

    /** What an initiator tells a responder that it could not authenticate (IKE-33). */
    public static List<Payload> authenticationFailed() {
        return List.of(Payload.Notify.of(NotifyType.AUTHENTICATION_FAILED));
    }

    /**
     * What a request asks for.
     *
     * @param children the peer's inbound SPIs, our outbound ones, each once
     */
    public record Wishes(boolean deleteIke, boolean authenticationFailed, List<Integer> children) {
        public Wishes {
            children = List.copyOf(children);
        }

        public static Wishes of(Message request) {
            List<Integer> children = new ArrayList<>();
            boolean ike = false;
            for (Payload.Delete delete : request.all(Payload.Delete.class)) {
                ike |= delete.protocol().equals(ProtocolId.IKE);
                if (delete.protocol().equals(ProtocolId.ESP)) {
                    delete.spis().stream()
                            .filter(ChildKeying::usable)
                            .map(ChildKeying::number)
                            .filter(spi -> !children.contains(spi))
                            .forEach(children::add);
                }
            }
            return new Wishes(
                    ike, request.notification(NotifyType.AUTHENTICATION_FAILED).isPresent(), children);
        }
    }
}
