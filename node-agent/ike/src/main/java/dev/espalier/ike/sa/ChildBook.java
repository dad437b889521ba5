package dev.espalier.ike.sa;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.EndpointStatus;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeOutput;
import dev.espalier.ike.exchange.NewChild;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * All child SAs of one peer, whichever IKE SA they belong to, and the order in which their halves come and go so that no packet is
 * lost (IKE-24):
 *
 * <ul>
 *   <li>an inbound half is installed as soon as its keys exist, before the reply that lets the peer send;
 *   <li>whoever began the exchange installs the outbound half when the reply comes; from then on it is the one used;
 *   <li>the other end goes on sending on the old outbound half until it has seen a packet on the new pair or the old pair goes, since
 *       only then it knows that the reply has arrived (RFC 7296 2.8); without an old one it installs at once;
 *   <li>an old inbound half stays for a while after the DELETE, for what is still on its way.
 * </ul>
 */
final class ChildBook {
    private final Environment env;
    private final Peer peer;
    private final List<ChildPair> pairs = new ArrayList<>();

    ChildBook(Environment env, Peer peer) {
        this.env = env;
        this.peer = peer;
    }

    /**
     * Takes in a pair that was agreed on and makes its inbound half usable.
     *
     * @param basis what it was negotiated from
     * @param rekeys how many pairs it descends from
     */
    ChildPair add(NewChild child, IkeSa sa, ChildBasis basis, int rekeys, long nowNanos) {
        EndpointConfig.Rekey timing = env.config().rekey();
        // The end that did not make the pair waits longer, so that both rarely rekey at once.
        double middle = (timing.earliest() + timing.latest()) / 2;
        double from = child.initiated() ? timing.earliest() : middle;
        double to = child.initiated() ? middle : timing.latest();
        double softPart = from + (to - from) * env.random().nextDouble();
        ChildPair pair = new ChildPair(peer, sa, child, basis, rekeys, softPart, nowNanos);
        pairs.add(pair);
        pair.installInbound(env);
        return pair;
    }

    /** @param sas that go with them, which pairs name by their place */
    void save(List<IkeSa> sas, StateWriter out) {
        out.list(pairs, pair -> {
            out.i32(sas.indexOf(pair.sa()));
            pair.save(out);
        });
    }

    /** Takes pairs over from another process and says what is installed, in the order in which that was. */
    void restore(StateReader in, List<IkeSa> sas) {
        in.list("pairs", each -> {
                    int index = each.i32("IKE SA");
                    // What lingers may have outlived its IKE SA.
                    IkeSa sa = index < 0 ? sas.getFirst() : sas.get(index);
                    return ChildPair.restore(each, env, peer, sa);
                })
                .forEach(pairs::add);
        pairs.forEach(pair -> pair.installAgain(env, IkeOutput.Direction.INBOUND));
        pairs.stream()
                .filter(ChildPair::outboundInstalled)
                .sorted(Comparator.comparingLong(ChildPair::outboundOrder))
                .forEach(pair -> pair.installAgain(env, IkeOutput.Direction.OUTBOUND));
    }

    /** Makes the outbound half the one that is used. */
    void use(ChildPair pair) {
        if (!pair.outboundInstalled()) {
            pair.installOutbound(env);
        }
    }

    /** Starts to use, newest last, what was held back. */
    void useDeferred() {
        pairs.stream().filter(ChildPair::deferred).forEach(this::use);
    }

    /** Whether there is anything to send on. */
    boolean canSend() {
        return pairs.stream().anyMatch(ChildPair::outboundInstalled);
    }

    /**
     * Takes a pair out of use.
     *
     * @param linger whether packets on their way are still taken for a while
     */
    void retire(ChildPair pair, boolean linger, String reason, long nowNanos) {
        if (pair.state() == ChildPair.State.LINGERING) {
            return;
        }
        pair.state(ChildPair.State.DELETING);
        // As long as there is another to send on, it is not known that the peer is ready for the deferred ones.
        if (pairs.stream().noneMatch(other -> other != pair && other.outboundInstalled())) {
            useDeferred();
        }
        pair.removeOutbound(env);
        env.out().report(new IkeEvent.ChildSaClosed(peer.name(), pair.spiIn(), reason));
        if (linger && env.config().rekey().linger().isPositive()) {
            pair.lingerUntil(nowNanos + env.config().rekey().linger().toNanos());
        } else {
            forget(pair);
        }
    }

    private void forget(ChildPair pair) {
        pair.removeInbound(env);
        pairs.remove(pair);
    }

    /** Forgets everything at once, what lingers as well. */
    void clear(String reason, long nowNanos) {
        List.copyOf(pairs).forEach(pair -> {
            if (pair.state() == ChildPair.State.LINGERING) {
                forget(pair);
            } else {
                retire(pair, false, reason, nowNanos);
            }
        });
    }

    List<ChildPair> of(IkeSa sa) {
        return pairs.stream().filter(pair -> pair.sa() == sa).toList();
    }

    /** Pairs that both ends mean to use. */
    List<ChildPair> inUse() {
        return pairs.stream().filter(ChildPair::inUse).toList();
    }

    /** Pairs of one IKE SA that nothing is being done with and of which one would do, oldest first (CPU-01). */
    List<ChildPair> idle(IkeSa sa) {
        return pairs.stream()
                .filter(pair -> pair.sa() == sa && pair.state() == ChildPair.State.LIVE && !pair.ofResource())
                .toList();
    }

    boolean anyInUse(IkeSa sa) {
        return pairs.stream().anyMatch(pair -> pair.sa() == sa && pair.inUse());
    }

    /** Pairs that are not merely lingering. */
    int count() {
        return (int) pairs.stream()
                .filter(pair -> pair.state() != ChildPair.State.LINGERING)
                .count();
    }

    Optional<ChildPair> byInboundSpi(int spiIn) {
        return pairs.stream()
                .filter(pair -> pair.spiIn() == spiIn && pair.state() != ChildPair.State.LINGERING)
                .findFirst();
    }

    Optional<ChildPair> byOutboundSpi(int spiOut) {
        return pairs.stream()
                .filter(pair -> pair.spiOut() == spiOut && pair.state() != ChildPair.State.LINGERING)
                .findFirst();
    }

    /** Takes the data path's figures: they show that the peer uses a new pair, and when a pair has done its part. */
    void used(ChildPair pair, IkeInput.ChildUsageReported usage, long nowNanos) {
        if (usage.packetsIn() > 0 && pair.deferred()) {
            use(pair);
        }
        if (!pair.inUse()) {
            return;
        }
        if (pair.overHardLimit(usage)) {
            expire(pair, "hard limit of bytes or packets reached", nowNanos);
        } else if (pair.state() == ChildPair.State.LIVE && pair.overSoftLimit(usage)) {
            pair.sa().want(new Task.RekeyChild(pair.spiIn()), nowNanos);
        }
    }

    void tick(long nowNanos) {
        for (ChildPair pair : List.copyOf(pairs)) {
            if (pair.nextDeadlineNanos() - nowNanos > 0) {
                continue;
            }
            if (pair.state() == ChildPair.State.LINGERING) {
                forget(pair);
            } else if (pair.hardNanos() - nowNanos <= 0) {
                expire(pair, "lifetime over", nowNanos);
            } else if (pair.state() == ChildPair.State.LIVE) {
                pair.sa().want(new Task.RekeyChild(pair.spiIn()), nowNanos);
            }
        }
    }

    private void expire(ChildPair pair, String reason, long nowNanos) {
        boolean tell = pair.state() != ChildPair.State.DELETING;
        if (tell) {
            pair.sa().want(new Task.DeleteChild(pair.spiIn()), nowNanos);
        }
        retire(pair, false, reason, nowNanos);
    }

    /** {@link Long#MAX_VALUE} for never. A pair whose rekeying has been asked for waits for its hard limit. */
    long nextDeadlineNanos() {
        return pairs.stream()
                .mapToLong(pair ->
                        pair.state() == ChildPair.State.LIVE && pair.sa().wants(new Task.RekeyChild(pair.spiIn()))
                                ? pair.hardNanos()
                                : pair.nextDeadlineNanos())
                .min()
                .orElse(Long.MAX_VALUE);
    }

    List<EndpointStatus.ChildStatus> status() {
        return pairs.stream()
                .filter(pair -> pair.state() != ChildPair.State.LINGERING)
                .map(pair -> new EndpointStatus.ChildStatus(
                        pair.spiIn(), pair.spiOut(), pair.suite(), pair.establishedNanos(), pair.rekeys()))
                .toList();
    }
}
