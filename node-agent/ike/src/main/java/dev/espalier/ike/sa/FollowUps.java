package dev.espalier.ike.sa;

import dev.espalier.ike.exchange.FollowUpResponder;
import dev.espalier.ike.exchange.NewChild;
import dev.espalier.ike.exchange.NewIkeSa;
import dev.espalier.ike.message.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the peer has begun within one IKE SA and finishes by further key exchanges (RFC 9370 2.2.4), bounded in number and time: a
 * peer that comes back too late hears STATE_NOT_FOUND and begins again.
 */
final class FollowUps {
    private static final int MOST = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    sealed interface Begun {
        FollowUpResponder<?> rest();

        /** @param old the pair that is to be replaced */
        record Child(FollowUpResponder<NewChild> rest, int spiIn, Optional<ChildPair> old, ChildBasis basis)
                implements Begun {}

        record Ike(FollowUpResponder<NewIkeSa> rest, long spi) implements Begun {}
    }

    private static final class Entry {
        private final Begun begun;
        private final long expiresNanos;
        private Optional<ChildPair> crossedBy = Optional.empty();

        Entry(Begun begun, long expiresNanos) {
            this.begun = begun;
            this.expiresNanos = expiresNanos;
        }
    }

    /**
     * One that goes on.
     *
     * @param crossedBy a pair that a request of ours has made meanwhile in place of the same old one
     */
    record Found(Begun begun, Optional<ChildPair> crossedBy) {}

    private final Environment env;
    private final List<Entry> entries = new ArrayList<>();

    FollowUps(Environment env) {
        this.env = env;
    }

    void add(Begun begun, long nowNanos) {
        if (entries.size() == MOST) {
            abandon(entries.getFirst());
        }
        entries.add(new Entry(begun, nowNanos + PATIENCE.toNanos()));
    }

    Optional<Found> find(Message request) {
        return entries.stream()
                .filter(entry -> entry.begun.rest().meant(request))
                .findFirst()
                .map(entry -> new Found(entry.begun, entry.crossedBy));
    }

    void finished(Begun begun) {
        entries.removeIf(entry -> entry.begun == begun);
    }

    /** It came to nothing. */
    void refused(Begun begun) {
        List.copyOf(entries).stream().filter(entry -> entry.begun == begun).forEach(this::abandon);
    }

    /** A request of ours has made a pair in place of {@code old}, which the peer may be replacing as well. */
    void crossedBy(ChildPair made, Optional<ChildPair> old) {
        entries.stream()
                .filter(entry -> entry.begun instanceof Begun.Child child
                        && child.old().isPresent()
                        && child.old().equals(old))
                .forEach(entry -> entry.crossedBy = Optional.of(made));
    }

    void expire(long nowNanos) {
        List.copyOf(entries).stream()
                .filter(entry -> entry.expiresNanos - nowNanos <= 0)
                .forEach(this::abandon);
    }

    /** {@link Long#MAX_VALUE} when empty. */
    long nextDeadlineNanos() {
        return entries.stream().mapToLong(entry -> entry.expiresNanos).min().orElse(Long.MAX_VALUE);
    }

    void clear() {
        List.copyOf(entries).forEach(this::abandon);
    }

    private void abandon(Entry entry) {
        entries.remove(entry);
        entry.begun.rest().close();
        switch (entry.begun) {
            case Begun.Child child -> env.espSpis().release(child.spiIn());
            case Begun.Ike ike -> env.ikeSpis().release(ike.spi());
        }
    }
}
