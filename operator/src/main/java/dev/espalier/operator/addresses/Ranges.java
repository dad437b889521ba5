package dev.espalier.operator.addresses;

import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.Collection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Prefixes, searchable: thousands of pods are looked up in the networks of hundreds of nodes at every change. Immutable. */
final class Ranges {
    /** Last address by first; no two overlap. */
    private final NavigableMap<IpAddress, IpAddress> lastByFirst = new TreeMap<>();

    Ranges(Collection<Prefix> prefixes) {
        // Prefixes nest or are apart, and one that holds another comes before it.
        prefixes.stream().sorted().forEach(prefix -> {
            if (!contains(prefix.first())) {
                lastByFirst.put(prefix.first(), prefix.last());
            }
        });
    }

    boolean contains(IpAddress address) {
        Map.Entry<IpAddress, IpAddress> below = lastByFirst.floorEntry(address);
        return below != null
                && below.getKey().v6() == address.v6()
                && below.getValue().compareTo(address) >= 0;
    }

    boolean overlaps(Prefix prefix) {
        return contains(prefix.first())
                || !lastByFirst
                        .subMap(prefix.first(), true, prefix.last(), true)
                        .isEmpty();
    }
}
