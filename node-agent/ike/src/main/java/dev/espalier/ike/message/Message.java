package dev.espalier.ike.message;

import java.util.List;
import java.util.Optional;

/** A message with its payloads in the clear: what an exchange reads and writes. Order is as received and means nothing (IKE-17). */
public record Message(IkeHeader header, List<Payload> payloads) {
    public Message {
        payloads = List.copyOf(payloads);
    }

    /** Every payload of one kind, such as {@code all(Payload.Certificate.class)}. */
    public <P extends Payload> List<P> all(Class<P> kind) {
        return payloads.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The first payload of one kind. */
    public <P extends Payload> Optional<P> first(Class<P> kind) {
        return payloads.stream().filter(kind::isInstance).map(kind::cast).findFirst();
    }

    /** IDi or IDr. */
    public Optional<Payload.Identification> identification(boolean initiator) {
        return all(Payload.Identification.class).stream()
                .filter(id -> id.initiator() == initiator)
                .findFirst();
    }

    /** TSi or TSr. */
    public Optional<Payload.TrafficSelectors> trafficSelectors(boolean initiator) {
        return all(Payload.TrafficSelectors.class).stream()
                .filter(ts -> ts.initiator() == initiator)
                .findFirst();
    }

    public List<Payload.Notify> notifies(NotifyType type) {
        return all(Payload.Notify.class).stream()
                .filter(n -> n.notifyType().equals(type))
                .toList();
    }

    public Optional<Payload.Notify> notification(NotifyType type) {
        return notifies(type).stream().findFirst();
    }

    /** The first notify that reports an error. */
    public Optional<Payload.Notify> error() {
        return all(Payload.Notify.class).stream()
                .filter(n -> n.notifyType().isError())
                .findFirst();
    }
}
