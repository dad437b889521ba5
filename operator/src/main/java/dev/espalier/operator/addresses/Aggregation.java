package dev.espalier.operator.addresses;

import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Fewest prefixes for a set of addresses: two halves that are both there become the whole. Only when that leaves more than asked for are
 * prefixes widened over addresses that nobody has, longest first.
 */
final class Aggregation {
    private Aggregation() {}

    /**
     * @param most how many prefixes there may be
     * @param free whether nobody else has anything in a prefix, so that it may be widened to it
     * @return by address; more than {@code most} only when nothing can be widened any more
     */
    static List<Prefix> of(Collection<IpAddress> addresses, int most, Predicate<Prefix> free) {
        NavigableSet<Prefix> prefixes = new TreeSet<>();
        addresses.forEach(address -> prefixes.add(Prefix.host(address)));
        join(prefixes);
        for (int bits = 1; prefixes.size() > most && bits <= MOST_WIDENING; bits++) {
            for (Prefix prefix : List.copyOf(prefixes)) {
                if (prefix.length() > prefix.address().bitLength() - bits) {
                    Prefix wider = parent(prefix);
                    if (free.test(wider)) {
                        prefixes.remove(prefix);
                        prefixes.add(wider);
                    }
                }
            }
            withoutCovered(prefixes);
            join(prefixes);
        }
        return new ArrayList<>(prefixes);
    }

    /** Wide enough for a /24 of a node's own; wider would vouch for more than it can know. */
    private static final int MOST_WIDENING = 8;

    private static void join(NavigableSet<Prefix> prefixes) {
        boolean joined = true;
        while (joined) {
            joined = false;
            for (Prefix prefix : List.copyOf(prefixes)) {
                Prefix other = sibling(prefix);
                if (prefix.length() > 0 && prefixes.contains(prefix) && prefixes.contains(other)) {
                    prefixes.remove(prefix);
                    prefixes.remove(other);
                    prefixes.add(parent(prefix));
                    joined = true;
                }
            }
        }
    }

    private static void withoutCovered(NavigableSet<Prefix> prefixes) {
        prefixes.removeIf(
                prefix -> prefixes.stream().anyMatch(other -> !other.equals(prefix) && other.contains(prefix)));
    }

    private static Prefix parent(Prefix prefix) {
        return Prefix.containing(prefix.address(), Math.max(0, prefix.length() - 1));
    }

    private static Prefix sibling(Prefix prefix) {
        Prefix parent = parent(prefix);
        IpAddress upper = Prefix.containing(parent.last(), prefix.length()).address();
        return prefix.address().equals(parent.address())
                ? new Prefix(upper, prefix.length())
                : new Prefix(parent.address(), prefix.length());
    }
}
