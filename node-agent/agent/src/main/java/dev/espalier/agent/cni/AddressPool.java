package dev.espalier.agent.cni;

import dev.espalier.cni.CniErrorCode;
import dev.espalier.cni.CniFailure;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of this node's pods. Goes round its ranges, so that an address that was given back is the last to be given out again: connections and caches of
 * others have until then to forget its former owner. Never gives out a range's network address, its gateway, and the broadcast address of IPv4. Thread-safe.
 */
final class AddressPool {
    /** Of an IPv6 range no more than this many are used, which bounds the search when nearly all are taken. */
    private static final long MOST_ADDRESSES = 1 << 16;

    private final Set<IpAddress> taken = new HashSet<>();
    private final Map<Prefix, Long> cursors = new HashMap<>();

    /**
     * One address of each family that there is a range for.
     *
     * @throws CniFailure code 11 when there is no range, or all of a family are used up; nothing is taken then
     */
    synchronized List<PodAddress> allocate(List<PodCidr> ranges) throws CniFailure {
        if (ranges.isEmpty()) {
            throw new CniFailure(CniErrorCode.TRY_AGAIN_LATER, "this node has no pod CIDR yet");
        }
        List<PodAddress> addresses = new ArrayList<>();
        for (boolean v6 : new boolean[] {false, true}) {
            List<PodCidr> family =
                    ranges.stream().filter(r -> r.prefix().v6() == v6).toList();
            if (family.isEmpty()) {
                continue;
            }
            PodAddress next = next(family);
            if (next == null) {
                addresses.forEach(a -> taken.remove(a.address()));
                throw new CniFailure(
                        CniErrorCode.TRY_AGAIN_LATER,
                        "all addresses are in use: "
                                + String.join(
                                        ", ",
                                        family.stream()
                                                .map(r -> r.prefix().toString())
                                                .toList()));
            }
            taken.add(next.address());
            addresses.add(next);
        }
        return addresses;
    }

    /** Whether {@link #allocate} would succeed now. */
    synchronized boolean hasRoom(List<PodCidr> ranges) {
        boolean v4Missing = ranges.stream().anyMatch(r -> !r.prefix().v6());
        boolean v6Missing = ranges.stream().anyMatch(r -> r.prefix().v6());
        for (PodCidr range : ranges) {
            if (candidate(range) != null) {
                v4Missing &= range.prefix().v6();
                v6Missing &= !range.prefix().v6();
            }
        }
        return !ranges.isEmpty() && !v4Missing && !v6Missing;
    }

    /** Marks an address as taken, at start. False when it was already. */
    synchronized boolean reserve(IpAddress address) {
        return taken.add(address);
    }

    synchronized void release(IpAddress address) {
        taken.remove(address);
    }

    private @Nullable PodAddress next(List<PodCidr> family) {
        for (PodCidr range : family) {
            IpAddress address = candidate(range);
            if (address != null) {
                cursors.put(
                        range.prefix(), address.low() - range.prefix().first().low() + 1);
                return new PodAddress(address, range.gateway());
            }
        }
        return null;
    }

    private @Nullable IpAddress candidate(PodCidr range) {
        Prefix prefix = range.prefix();
        int hostBits = prefix.address().bitLength() - prefix.length();
        long size = hostBits >= 16 ? MOST_ADDRESSES : 1L << hostBits;
        IpAddress first = prefix.first();
        IpAddress last = prefix.last();
        long cursor = cursors.getOrDefault(prefix, 0L);
        for (long i = 0; i < size; i++) {
            IpAddress address = first.plus((cursor + i) % size);
            boolean reserved = address.equals(range.gateway())
                    || hostBits > 1 && (address.equals(first) || !prefix.v6() && address.equals(last));
            if (!reserved && !taken.contains(address)) {
                return address;
            }
        }
        return null;
    }
}
