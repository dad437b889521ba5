package dev.espalier.esp.spd;

import dev.espalier.wire.ip.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * One line of the policy database (RFC 4301 4.4.1), for both directions.
 *
 * @param local prefix of the near end
 * @param remote prefix of the far end, of the same family
 * @param protocol 0 for any
 * @param localPorts of the near end
 * @param remotePorts of the far end
 * @param peer whose SAs protect it; present exactly for {@link Action#PROTECT}
 */
public record SpdEntry(
        Prefix local,
        Prefix remote,
        int protocol,
        PortRange localPorts,
        PortRange remotePorts,
        Action action,
        @Nullable String peer) {
    /** What happens to a packet that the entry fits. */
    public enum Action {
        PROTECT,
        BYPASS,
        DISCARD
    }

    public SpdEntry {
        if (local.v6() != remote.v6()) {
            throw new IllegalArgumentException(local + " and " + remote + " are of two families");
        }
        if (protocol < 0 || protocol > 0xff) {
            throw new IllegalArgumentException("protocol " + protocol);
        }
        if ((action == Action.PROTECT) != (peer != null)) {
            throw new IllegalArgumentException(action + (peer == null ? " without a peer" : " with peer " + peer));
        }
    }

    public static SpdEntry protect(Prefix local, Prefix remote, String peer) {
        return new SpdEntry(local, remote, 0, PortRange.ANY, PortRange.ANY, Action.PROTECT, peer);
    }

    public static SpdEntry bypass(Prefix local, Prefix remote) {
        return new SpdEntry(local, remote, 0, PortRange.ANY, PortRange.ANY, Action.BYPASS, null);
    }

    public static SpdEntry discard(Prefix local, Prefix remote) {
        return new SpdEntry(local, remote, 0, PortRange.ANY, PortRange.ANY, Action.DISCARD, null);
    }

    /** Whether protocol and ports play no part. */
    boolean byAddressAlone() {
        return protocol == 0 && localPorts.isAny() && remotePorts.isAny();
    }
}
