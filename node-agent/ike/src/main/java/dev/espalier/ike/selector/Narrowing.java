package dev.espalier.ike.selector;

import dev.espalier.wire.ip.Prefix;
import java.util.ArrayList;
import java.util.List;

/** How a responder narrows an offer of traffic selectors, and how the initiator checks the answer (RFC 7296 2.9). */
public final class Narrowing {
    /** As many selectors as one payload can count (RFC 7296 3.13). */
    public static final int MAX_SELECTORS = 255;

    private Narrowing() {}

    /** Every protocol and port of each block. */
    public static List<TrafficSelector> of(List<Prefix> prefixes) {
        return prefixes.stream().map(TrafficSelector::of).toList();
    }

    /**
     * The part of one side's offer that lies within the blocks this side may own (IKE-37, IKE-39). Nothing is left when the
     * offer carries a security label, which restricts everything beside it and which we don't know (LBL-01); other unknown
     * selectors are merely narrowed away.
     *
     * @param allowed inner addresses behind that side: a peer's come from what its identity may own, never from itself
     * @return none empty, none within another, in the order of the offer; no element at all means TS_UNACCEPTABLE
     */
    public static List<TrafficSelector> narrow(
            List<TrafficSelector> offered, List<UnknownSelector> unknown, List<Prefix> allowed) {
        if (unknown.stream().anyMatch(u -> u.type() == UnknownSelector.SECURITY_LABEL)) {
            return List.of();
        }
        List<TrafficSelector> narrowed = new ArrayList<>();
        for (TrafficSelector offer : offered) {
            for (Prefix prefix : allowed) {
                offer.intersect(TrafficSelector.of(prefix)).ifPresent(common -> add(narrowed, common));
            }
        }
        return List.copyOf(narrowed.subList(0, Math.min(narrowed.size(), MAX_SELECTORS)));
    }

    /**
     * Whether an answer stays within what was offered and leaves something over: otherwise the initiator deletes the child SA
     * (IKE-37). Each selector has to lie within a single one of the offer, as the answers of narrowing do.
     */
    public static boolean answers(
            List<TrafficSelector> answer, List<UnknownSelector> unknown, List<TrafficSelector> offered) {
        return unknown.isEmpty()
                && !answer.isEmpty()
                && answer.stream().allMatch(a -> !a.empty() && offered.stream().anyMatch(o -> o.covers(a)));
    }

    private static void add(List<TrafficSelector> kept, TrafficSelector selector) {
        if (kept.stream().noneMatch(k -> k.covers(selector))) {
            kept.removeIf(selector::covers);
            kept.add(selector);
        }
    }
}
