package dev.espalier.ike.sa;

import dev.espalier.wire.ip.UdpPath;

/** The way to the peer of one IKE SA, and whether a NAT in front of us has to be kept open (RFC 7296 2.23, RFC 3948 4). */
final class Route {
    private UdpPath path;
    private boolean localBehindNat;
    private long lastOutNanos;

    Route(UdpPath path, boolean localBehindNat, long nowNanos) {
        this.path = path;
        this.localBehindNat = localBehindNat;
        this.lastOutNanos = nowNanos;
    }

    UdpPath path() {
        return path;
    }

    void path(UdpPath changed) {
        path = changed;
    }

    boolean localBehindNat() {
        return localBehindNat;
    }

    void localBehindNat(boolean is) {
        localBehindNat = is;
    }

    long lastOutNanos() {
        return lastOutNanos;
    }

    /** Something went out. */
    void sent(long nanos) {
        lastOutNanos = Math.max(lastOutNanos, nanos);
    }

    /** When the NAT wants to see a packet; {@link Long#MAX_VALUE} without one in front of us. */
    long keepaliveNanos(long intervalNanos) {
        return localBehindNat ? lastOutNanos + intervalNanos : Long.MAX_VALUE;
    }
}
