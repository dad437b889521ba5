package dev.espalier.ike.message;

import dev.espalier.ike.crypto.SkCipher;
import dev.espalier.ike.crypto.SkOpened;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Puts the fragments of one IKE SA's messages together again (RFC 7383 2.6). Nothing is kept that the peer did not make, and of
 * that no more than the bounds below. Whoever calls passes fragments of expected messages alone: message IDs within the window.
 * Single-threaded.
 */
public final class Reassembler implements AutoCloseable {
    /** Decrypted octets of one message: far beyond any chain of certificates. */
    public static final int MAX_MESSAGE_OCTETS = 64 << 10;

    /** Messages of one IKE SA that are incomplete at one time: with a window of 1 there are two, a request and a response. */
    public static final int MAX_PARTIAL_MESSAGES = 4;

    /** From the first fragment: longer than a peer goes on retransmitting at its usual intervals. */
    public static final Duration LIFETIME = Duration.ofSeconds(60);

    private final FragmentBudget budget;
    private final Map<MessageKey, Partial> partials = new LinkedHashMap<>();

    /** @param budget shared with the other IKE SAs */
    public Reassembler(FragmentBudget budget) {
        this.budget = budget;
    }

    /**
     * Takes one fragment.
     *
     * @param cipher of the peer's direction
     * @param nowNanos monotonic
     * @return {@link Opened.Complete} or {@link Opened.ProtectedError} with the last missing one, {@link Opened.Pending} before,
     *     {@link Opened.UnprotectedError} for one that was dropped
     */
    public Opened accept(Decoded.Fragment fragment, SkCipher cipher, long nowNanos) {
        expire(nowNanos);
        if (fragment.total() > SkMessages.MAX_FRAGMENTS) {
            return new Opened.UnprotectedError("too many fragments", fragment.total() + " fragments");
        }
        MessageKey key = new MessageKey(fragment.header());
        Partial known = partials.get(key);
        if (known != null && fragment.total() < known.total) {
            return new Opened.UnprotectedError("fragment of an older set", fragment.total() + " < " + known.total);
        }
        if (known != null && fragment.total() == known.total && known.parts.containsKey(fragment.number())) {
            return new Opened.UnprotectedError("fragment repeated", fragment.number() + " of " + fragment.total());
        }
        return switch (cipher.open(fragment.preceding(), fragment.sealed())) {
            case SkOpened.Authentic(Octets part) -> keep(key, fragment, part, nowNanos);
            case SkOpened.Forged(String reason) -> new Opened.UnprotectedError("forged", reason);
            case SkOpened.Malformed(String reason) -> {
                forget(key);
                yield SkMessages.invalidSyntax(fragment.header(), reason);
            }
        };
    }

    /** When the oldest incomplete message will be given up. */
    public OptionalLong nextDeadlineNanos() {
        return partials.values().stream()
                .mapToLong(partial -> partial.deadlineNanos)
                .reduce((a, b) -> a - b <= 0 ? a : b);
    }

    /** Gives up incomplete messages that are too old. */
    public void expire(long nowNanos) {
        for (Iterator<Partial> all = partials.values().iterator(); all.hasNext(); ) {
            Partial partial = all.next();
            if (nowNanos - partial.deadlineNanos >= 0) {
                budget.giveBack(partial.octets);
                all.remove();
            }
        }
    }

    /** Forgets everything, at the end of the IKE SA. */
    @Override
    public void close() {
        partials.values().forEach(partial -> budget.giveBack(partial.octets));
        partials.clear();
    }

    private Opened keep(MessageKey key, Decoded.Fragment fragment, Octets part, long nowNanos) {
        Partial partial = partials.get(key);
        if (partial != null && fragment.total() > partial.total) {
            // The peer went to smaller fragments: the older set will never be completed (RFC 7383 2.6).
            forget(key);
            partial = null;
        }
        if (partial == null && partials.size() == MAX_PARTIAL_MESSAGES) {
            return new Opened.UnprotectedError("too many partial messages", "more than " + MAX_PARTIAL_MESSAGES);
        }
        int before = partial == null ? 0 : partial.octets;
        if (before + part.length() > MAX_MESSAGE_OCTETS) {
            forget(key);
            return new Opened.UnprotectedError("fragments too long", "more than " + MAX_MESSAGE_OCTETS + " octets");
        }
        if (!budget.take(part.length())) {
            return new Opened.UnprotectedError("fragment memory", "all IKE SAs hold " + budget.octets() + " octets");
        }
        if (partial == null) {
            partial = new Partial(fragment.total(), nowNanos + LIFETIME.toNanos());
            partials.put(key, partial);
        }
        partial.put(fragment, part);
        if (partial.parts.size() < partial.total) {
            return new Opened.Pending(partial.parts.size(), partial.total);
        }
        forget(key);
        return partial.whole(fragment.header());
    }

    private void forget(MessageKey key) {
        Partial partial = partials.remove(key);
        if (partial != null) {
            budget.giveBack(partial.octets);
        }
    }

    /** Fragments belong together by all that their headers say. */
    private record MessageKey(ExchangeType exchange, boolean response, long messageId) {
        MessageKey(IkeHeader header) {
            this(header.exchange(), header.response(), header.messageId());
        }
    }

    /** One incomplete message. */
    private static final class Partial {
        private final int total;
        private final long deadlineNanos;
        private final Map<Integer, Octets> parts = new TreeMap<>();
        private int octets;
        private PayloadType firstInner = PayloadType.NONE;
        private Optional<PayloadType> criticalOuter = Optional.empty();

        Partial(int total, long deadlineNanos) {
            this.total = total;
            this.deadlineNanos = deadlineNanos;
        }

        void put(Decoded.Fragment fragment, Octets part) {
            parts.put(fragment.number(), part);
            octets += part.length();
            criticalOuter = criticalOuter.or(fragment::criticalOuter);
            if (fragment.number() == 1) {
                firstInner = fragment.firstInner();
            }
        }

        Opened whole(IkeHeader header) {
            WireWriter inner = new WireWriter(octets);
            parts.values().forEach(inner::octets);
            return SkMessages.authentic(header, criticalOuter, firstInner, inner.toOctets());
        }
    }
}
