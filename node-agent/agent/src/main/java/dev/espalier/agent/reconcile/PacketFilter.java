package dev.espalier.agent.reconcile;

import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.netlink.Nftables;
import dev.espalier.linux.netlink.Nftables.Family;
import dev.espalier.wire.Octets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The node's packet filter ({@link FilterText}), kept as it should be. Looking costs one netlink message while nobody changes any table. One thread applies, any
 * reads.
 */
public final class PacketFilter implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PacketFilter.class);

    private final Nftables nftables;
    private final Part tables;
    private final Part devices;

    private PacketFilter(Nftables nftables) {
        this.nftables = nftables;
        tables = new Part(
                Map.of(Family.INET, FilterText.INET_SETS, Family.ARP, List.of()), FilterText.removal("inet", "arp"));
        devices = new Part(Map.of(Family.NETDEV, FilterText.NETDEV_SETS), FilterText.removal("netdev"));
    }

    /** Of the calling thread's network namespace. */
    public static PacketFilter open() throws ErrnoException {
        return new PacketFilter(Nftables.open());
    }

    /**
     * Makes the filter fit.
     *
     * @return how many parts of it had to be loaded
     * @throws FilterException when a part cannot be loaded; the other is, and what was loaded before stays
     */
    int apply(FilterPlan plan) throws FilterException {
        FilterException failure = null;
        int loaded = 0;
        try {
            loaded += tables.apply(FilterText.tables(plan)) ? 1 : 0;
        } catch (FilterException | ErrnoException e) {
            failure = new FilterException(
                    "no packet filter: pods reach nothing outside and may spoof IPv6 addresses (" + e.getMessage()
                            + ")",
                    e);
        }
        try {
            loaded += devices.apply(FilterText.devices(plan)) ? 1 : 0;
        } catch (FilterException | ErrnoException e) {
            if (failure == null) {
                failure = new FilterException("leaks are not counted on the uplinks (" + e.getMessage() + ")", e);
            } else {
                failure.addSuppressed(e);
            }
        }
        if (failure != null) {
            throw failure;
        }
        return loaded;
    }

    /** Packets dropped, by reason; those that were counted as leaked under {@code leaked}. Never waits for the applying thread. */
    public Map<String, Long> drops() {
        Map<String, Long> drops = new TreeMap<>(tables.counters());
        devices.counters().forEach((name, count) -> drops.merge(name, count, Long::sum));
        return drops;
    }

    /** Packets in clear between pods that got as far as an uplink. */
    public long leaked() {
        return devices.counters().getOrDefault(FilterText.LEAKED, 0L);
    }

    /** Takes all tables of ours away; nothing being there is as good. */
    public static void remove() throws FilterException {
        Nft.load(FilterText.removal("inet", "arp", "netdev"));
    }

    @Override
    public void close() {
        nftables.close();
    }

    /** Tables that are loaded together. */
    private final class Part {
        private final Map<Family, List<String>> sets;
        private final String removal;
        private final Map<String, Long> earlier = new HashMap<>();
        private final Map<String, Long> lastRead = new HashMap<>();
        private String loadedText = "";
        private @Nullable Map<Family, Octets> loaded;
        private long verifiedGeneration = -1;

        Part(Map<Family, List<String>> sets, String removal) {
            this.sets = sets;
            this.removal = removal;
        }

        boolean apply(String text) throws FilterException, ErrnoException {
            long generation = nftables.generation();
            boolean same = text.equals(loadedText);
            if (same && generation == verifiedGeneration) {
                return false;
            }
            if (same && fingerprints().equals(Optional.ofNullable(loaded))) {
                verifiedGeneration = generation;
                return false;
            }
            counters();
            load(text);
            counters();
            loadedText = text;
            verifiedGeneration = nftables.generation();
            loaded = fingerprints().orElse(null);
            return true;
        }

        private void load(String text) throws FilterException {
            try {
                Nft.load(text);
            } catch (FilterException e) {
                // What another version left may have the same names for other things.
                try {
                    Nft.load(removal + text);
                } catch (FilterException again) {
                    e.addSuppressed(again);
                    throw e;
                }
            }
        }

        /** Goes on counting when a table was made anew, by whomever. */
        synchronized Map<String, Long> counters() {
            try {
                Map<String, Long> now = read();
                lastRead.keySet().forEach(name -> now.putIfAbsent(name, 0L));
                now.forEach((name, count) -> {
                    long before = lastRead.getOrDefault(name, 0L);
                    if (count < before) {
                        earlier.merge(name, before, Long::sum);
                    }
                    lastRead.put(name, count);
                });
            } catch (ErrnoException e) {
                LOG.debugf("the last known counters are used: %s", e.getMessage());
            }
            Map<String, Long> counters = new HashMap<>(earlier);
            lastRead.forEach((name, count) -> counters.merge(name, count, Long::sum));
            return counters;
        }

        private Map<String, Long> read() throws ErrnoException {
            Map<String, Long> counters = new HashMap<>();
            for (Family family : sets.keySet()) {
                nftables.counters(family, FilterText.TABLE)
                        .forEach((name, count) -> counters.merge(name, count, Long::sum));
            }
            return counters;
        }

        private Optional<Map<Family, Octets>> fingerprints() throws ErrnoException {
            Map<Family, Octets> prints = new HashMap<>();
            for (Map.Entry<Family, List<String>> table : sets.entrySet()) {
                Optional<Octets> print = nftables.fingerprint(table.getKey(), FilterText.TABLE, table.getValue());
                if (print.isEmpty()) {
                    return Optional.empty();
                }
                prints.put(table.getKey(), print.get());
            }
            return Optional.of(prints);
        }
    }
}
