package dev.espalier.ike.demux;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * IKE SAs that peers began, by the content of their IKE_SA_INIT (IKE-03), bounded in all and by address (IKE-19). An entry stays
 * recognisable until its time is over, but counts only as long as it is not settled.
 */
public final class HalfOpenTable<V> {
    private final EndpointConfig.HalfOpen limits;
    private final Map<Octets, Entry<V>> entries = new LinkedHashMap<>();
    private final Map<IpAddress, Integer> perAddress = new HashMap<>();
    private int open;

    private static final class Entry<V> {
        private final IpAddress address;
        private final long expiresNanos;
        private final V value;
        private boolean settled;

        Entry(IpAddress address, long expiresNanos, V value) {
            this.address = address;
            this.expiresNanos = expiresNanos;
            this.value = value;
        }
    }

    public HalfOpenTable(EndpointConfig.HalfOpen limits) {
        this.limits = limits;
    }

    /** What an IKE_SA_INIT is recognised by: its content, to the last bit. */
    public static Octets key(Octets initRequest) {
        try {
            return Octets.wrap(MessageDigest.getInstance("SHA-256").digest(initRequest.toArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is not to be had from this JVM's providers", e);
        }
    }

    public Optional<V> find(Octets key) {
        return Optional.ofNullable(entries.get(key)).map(entry -> entry.value);
    }

    /** Entries that are not settled. */
    public int open() {
        return open;
    }

    /** Whether the next one has to bring a cookie. */
    public boolean underLoad() {
        return open >= limits.cookieThreshold();
    }

    /** @param known whether the address is a configured one: such are served when others no longer are */
    public boolean admits(IpAddress address, boolean known) {
        int all = known ? 2 * limits.limit() : limits.limit();
        return open < all && perAddress.getOrDefault(address, 0) < limits.limitPerAddress();
    }

    public void put(Octets key, IpAddress address, V value, long nowNanos) {
        entries.put(key, new Entry<>(address, nowNanos + limits.lifetime().toNanos(), value));
        perAddress.merge(address, 1, Integer::sum);
        open++;
    }

    /** It authenticated, or failed to for good. */
    public void settle(Octets key) {
        Entry<V> entry = entries.get(key);
        if (entry != null && !entry.settled) {
            entry.settled = true;
            open--;
            perAddress.computeIfPresent(entry.address, (address, count) -> count > 1 ? count - 1 : null);
        }
    }

    /** Takes out what is too old. */
    public List<V> expire(long nowNanos) {
        List<V> expired = new ArrayList<>();
        // All live equally long, so the oldest come first.
        for (Iterator<Map.Entry<Octets, Entry<V>>> all = entries.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Octets, Entry<V>> next = all.next();
            Entry<V> entry = next.getValue();
            if (entry.expiresNanos - nowNanos > 0) {
                break;
            }
            expired.add(entry.value);
            settle(next.getKey());
            all.remove();
        }
        return expired;
    }

    /** {@link Long#MAX_VALUE} when empty. */
    public long nextDeadlineNanos() {
        return entries.isEmpty() ? Long.MAX_VALUE : entries.values().iterator().next().expiresNanos;
    }
}
