package dev.espalier.ike.sa;

import dev.espalier.ike.ChildSa;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeOutput;
import dev.espalier.ike.PeerConfig;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.exchange.NewChild;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;

/**
 * A pair of child SAs from the moment it is agreed on until its inbound half is forgotten.
 *
 * <pre>
 *   LIVE ──we ask to rekey──▶ REKEYING ──┬─ replaced ──▶ REPLACED ──our DELETE waits or is out──▶ DELETING ─┐
 *    │  └────────peer rekeyed it─────────┘                  └──────────────peer's DELETE──────────────────┼──▶ LINGERING ──▶ gone
 *    └──────────────────────────────────────────────────────────────────────────────────────────────────────┘
 * </pre>
 */
public final class ChildPair {
    enum State {
        LIVE,
        REKEYING,
        /** The peer deletes it: another one took over that it made, or this is the redundant one of two that crossed. */
        REPLACED,
        DELETING,
        /** Deleted by both ends; the inbound half still takes what is on its way. */
        LINGERING
    }

    /** Without ESN the sequence number must not cycle (RFC 4303 3.3.3). */
    private static final long SHORT_SEQUENCE_SPACE = 0xffff_ffffL;

    private final Peer peer;
    private final NewChild child;
    private final ChildBasis basis;
    private final PeerConfig.ChildLifetime lifetime;
    private final long establishedNanos;
    private final int rekeys;
    private final double softPart;
    private final long softNanos;
    private IkeSa sa;
    private State state = State.LIVE;
    private long outboundOrder;
    private boolean ofResource;
    private long lingerUntilNanos;

    /** @param softPart of each hard limit at which rekeying starts */
    ChildPair(Peer peer, IkeSa sa, NewChild child, ChildBasis basis, int rekeys, double softPart, long nowNanos) {
        this(peer, sa, child, basis, peer.config().childLifetime(), rekeys, softPart, nowNanos);
    }

    private ChildPair(
            Peer peer,
            IkeSa sa,
            NewChild child,
            ChildBasis basis,
            PeerConfig.ChildLifetime lifetime,
            int rekeys,
            double softPart,
            long establishedNanos) {
        this.peer = peer;
        this.sa = sa;
        this.child = child;
        this.basis = basis;
        this.lifetime = lifetime;
        this.rekeys = rekeys;
        this.softPart = softPart;
        this.establishedNanos = establishedNanos;
        this.softNanos = establishedNanos + (long) (lifetime.time().toNanos() * softPart);
    }

    /** With its keys. A rekeying of ours that is under way is given up, and the pair is as before. */
    void save(StateWriter out) {
        SavedChild.agreed(child, state != State.LINGERING, out);
        SavedChild.basis(basis, out);
        SavedChild.lifetime(lifetime, out);
        out.i32(rekeys)
                .i64(Double.doubleToLongBits(softPart))
                .time(establishedNanos)
                .text((state == State.REKEYING ? State.LIVE : state).name())
                .i64(outboundOrder)
                .bool(ofResource)
                .time(lingerUntilNanos);
    }

    static ChildPair restore(StateReader in, Environment env, Peer peer, IkeSa sa) {
        NewChild child = SavedChild.agreed(in);
        ChildPair pair = new ChildPair(
                peer,
                sa,
                child,
                SavedChild.basis(in),
                SavedChild.lifetime(in),
                in.i32("rekeys"),
                Double.longBitsToDouble(in.i64("soft limit")),
                in.time("beginning"));
        pair.state = in.constant(State.class, "state of a pair");
        pair.outboundOrder = in.i64("order");
        pair.ofResource = in.bool("resource");
        pair.lingerUntilNanos = in.time("end of lingering");
        env.sequenceAfter(pair.outboundOrder);
        env.espSpis().claim(child.spiIn());
        env.espSpis().bind(child.spiIn(), pair);
        return pair;
    }

    public Peer peer() {
        return peer;
    }

    IkeSa sa() {
        return sa;
    }

    void moveTo(IkeSa other) {
        sa = other;
    }

    int spiIn() {
        return child.spiIn();
    }

    int spiOut() {
        return child.spiOut();
    }

    String suite() {
        return child.suite().toString();
    }

    Octets lowestNonce() {
        return child.lowestNonce();
    }

    ChildBasis basis() {
        return basis;
    }

    long establishedNanos() {
        return establishedNanos;
    }

    int rekeys() {
        return rekeys;
    }

    State state() {
        return state;
    }

    void state(State next) {
        state = next;
    }

    /** Whether both ends still mean to use it. */
    boolean inUse() {
        return state == State.LIVE || state == State.REKEYING;
    }

    boolean outboundInstalled() {
        return outboundOrder != 0;
    }

    /** Of the pairs with an outbound half, the one with the greatest number was installed last. */
    long outboundOrder() {
        return outboundOrder;
    }

    /** Whether it waits for a sign that the peer is ready to receive on it. */
    boolean deferred() {
        return inUse() && !outboundInstalled();
    }

    /** Whether it is one of several for the same selectors, each for a resource such as a CPU (RFC 9611). */
    boolean ofResource() {
        return ofResource;
    }

    void ofResource(boolean is) {
        ofResource = is;
    }

    void lingerUntil(long nanos) {
        state = State.LINGERING;
        lingerUntilNanos = nanos;
    }

    long softNanos() {
        return softNanos;
    }

    long hardNanos() {
        return establishedNanos + lifetime.time().toNanos();
    }

    /** When this pair wants attention next. */
    long nextDeadlineNanos() {
        return switch (state) {
            case LIVE -> Math.min(softNanos, hardNanos());
            case REKEYING, REPLACED, DELETING -> hardNanos();
            case LINGERING -> lingerUntilNanos;
        };
    }

    /** Whether rekeying should start by what has passed through. */
    boolean overSoftLimit(IkeInput.ChildUsageReported usage) {
        return over(usage, softPart);
    }

    boolean overHardLimit(IkeInput.ChildUsageReported usage) {
        return over(usage, 1);
    }

    private boolean over(IkeInput.ChildUsageReported usage, double part) {
        long bytes = Math.max(usage.bytesIn(), usage.bytesOut());
        long packets = Math.max(usage.packetsIn(), usage.packetsOut());
        return (lifetime.bytes() > 0 && bytes >= (long) (lifetime.bytes() * part))
                || (lifetime.packets() > 0 && packets >= (long) (lifetime.packets() * part))
                || (!child.suite().esn() && packets >= (long) (SHORT_SEQUENCE_SPACE * part));
    }

    void installInbound(Environment env) {
        env.espSpis().bind(spiIn(), this);
        install(env, IkeOutput.Direction.INBOUND, child.inboundKey());
    }

    void installOutbound(Environment env) {
        outboundOrder = env.nextSequence();
        install(env, IkeOutput.Direction.OUTBOUND, child.outboundKey());
    }

    /** Says again what is installed, to a data path that goes on from where another one has stopped. */
    void installAgain(Environment env, IkeOutput.Direction direction) {
        install(env, direction, direction == IkeOutput.Direction.INBOUND ? child.inboundKey() : child.outboundKey());
    }

    void removeOutbound(Environment env) {
        if (outboundInstalled()) {
            outboundOrder = 0;
            env.out().add(new IkeOutput.RemoveChildSa(peer.name(), IkeOutput.Direction.OUTBOUND, spiOut()));
        }
        child.outboundKey().close();
    }

    void removeInbound(Environment env) {
        env.out().add(new IkeOutput.RemoveChildSa(peer.name(), IkeOutput.Direction.INBOUND, spiIn()));
        env.espSpis().release(spiIn());
        child.keys().close();
    }

    void moved(Environment env, UdpPath path) {
        env.out().add(new IkeOutput.MoveChildSa(peer.name(), spiIn(), path));
    }

    private void install(Environment env, IkeOutput.Direction direction, Secret key) {
        boolean inbound = direction == IkeOutput.Direction.INBOUND;
        UdpPath path = sa.path();
        String local = path.local().address().toString();
        String remote = path.remote().address().toString();
        env.logEsp(
                inbound ? remote : local,
                inbound ? local : remote,
                inbound ? spiIn() : spiOut(),
                child.suite().encryption().toString(),
                key);
        env.out()
                .add(new IkeOutput.InstallChildSa(
                        direction,
                        new ChildSa(
                                peer.name(),
                                inbound ? spiIn() : spiOut(),
                                spiIn(),
                                spiOut(),
                                child.suite(),
                                key.copy(),
                                child.localSelectors(),
                                child.remoteSelectors(),
                                path,
                                sa.encapsulated(),
                                basis.replayWindow(),
                                lifetime)));
    }
}
