package dev.espalier.ike.sa;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Why and when a peer's IKE SA is to be made anew, and which of several goes.
 *
 * <p>Two IKE SAs with one peer come of a replacement, or of both ends beginning at once. Who began the newer one deletes those it
 * replaces, as soon as it has a child SA. When two cross, the one begun by the end with the smaller name stays, and that end deletes
 * the other: it alone decides, so both never go. What the ends saw differently and therefore both left alone is resolved by
 * {@link Duplicates}.
 */
final class Replacement {
    private final Environment env;
    private final Peer peer;
    private Optional<String> reason = Optional.empty();
    private long atNanos;

    Replacement(Environment env, Peer peer) {
        this.env = env;
        this.peer = peer;
    }

    boolean wanted() {
        return reason.isPresent();
    }

    boolean due(long nowNanos) {
        return reason.isPresent() && atNanos - nowNanos <= 0;
    }

    long atNanos() {
        return atNanos;
    }

    /** Wants a fresh IKE SA in place of the one in use; an older wish stands. */
    boolean want(String why, long fromNanos) {
        if (reason.isPresent()) {
            return false;
        }
        reason = Optional.of(why);
        atNanos = fromNanos;
        return true;
    }

    void done() {
        reason = Optional.empty();
    }

    /** An IKE SA that goes back to older credentials, or to a root that is no longer trusted, is made anew. */
    void notice(Optional<IkeSa> best, long nowNanos) {
        if (reason.isPresent()) {
            return;
        }
        best.flatMap(sa -> env.authentications()
                        .flatMap(today -> today.outdated(
                                sa.origin().authentication(), peer.config().authentication())))
                .ifPresent(why -> {
                    // Not all peers at one instant.
                    long spread = env.config().attempt().firstPause().toNanos()
                            * Math.min(5, env.peers().size() / 50);
                    want(why, nowNanos + env.jitter(spread, 0, 1));
                });
    }

    /** An IKE SA that this end began is there: it takes the place of older ones, and of one that it crossed. */
    void begun(IkeSa sa, long startedSequence, List<IkeSa> live) {
        for (IkeSa other : live) {
            boolean replaced = other.origin().lineage() < startedSequence;
            boolean crossed = !other.origin().initiated() && peer.ownNameIsSmaller();
            if (replaced || crossed) {
                other.replaceBy(OptionalLong.of(sa.origin().lineage()));
            }
        }
    }

    /** An IKE SA that the peer began is there: whatever the peer has forgotten goes, and one that crossed may. */
    void begunByPeer(IkeSa sa, long createdSequence, boolean initialContact, List<IkeSa> live, long nowNanos) {
        for (IkeSa other : live) {
            if (initialContact && other.origin().lineage() < createdSequence) {
                // The peer has started afresh and knows nothing of it (RFC 7296 2.4).
                other.vanish("peer has restarted", nowNanos);
            } else if (other.origin().initiated()
                    && createdSequence < other.origin().lineage()
                    && peer.ownNameIsSmaller()) {
                sa.replaceBy(OptionalLong.of(other.origin().lineage()));
            }
        }
    }

    /** Closes what has a successor with a child SA. */
    void closeReplaced(List<IkeSa> live, long nowNanos) {
        for (IkeSa sa : live) {
            if (sa.replacedBy().isEmpty()) {
                continue;
            }
            long lineage = sa.replacedBy().getAsLong();
            Optional<IkeSa> successor = live.stream()
                    .filter(other -> other.live() && other.origin().lineage() == lineage)
                    .findFirst();
            if (successor.isEmpty()) {
                sa.replaceBy(OptionalLong.empty());
            } else if (peer.children().anyInUse(successor.get())) {
                sa.close("replaced by a newer IKE SA", nowNanos);
            }
        }
    }
}
