package dev.espalier.ike.sa;

import dev.espalier.ike.EndpointStatus;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.PeerConfig;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpPath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One configured peer: every IKE SA with it, and what is to be done so that there is the one that its configuration wants. Whatever
 * replaces something is made first (make-before-break): see {@link Replacement}.
 */
public final class Peer {
    private final Environment env;
    private final ChildBook children;
    private final List<IkeSa> sas = new ArrayList<>();
    private final Beginning beginning;
    private final Duplicates duplicates;
    private final Replacement replacement;
    private PeerConfig config;
    private boolean departed;
    private boolean contacted;
    private String lastFailure = "";

    public Peer(Environment env, PeerConfig config) {
        this.env = env;
        this.config = config;
        this.children = new ChildBook(env, this);
        this.beginning = new Beginning(env, this);
        this.duplicates = new Duplicates(this);
        this.replacement = new Replacement(env, this);
        env.touch(this);
    }

    public String name() {
        return config.name();
    }

    public PeerConfig config() {
        return config;
    }

    ChildBook children() {
        return children;
    }

    /** Whether there has been an IKE SA since this process began: without, INITIAL_CONTACT is due (IKE-11). */
    boolean contacted() {
        return contacted;
    }

    /** Whether nothing of it is left, once it has been removed. */
    public boolean gone() {
        return departed && sas.isEmpty();
    }

    // ---- what the endpoint is told

    /** Takes another configuration, under the same name, and adapts what there is. */
    public void configure(PeerConfig changed, long nowNanos) {
        PeerConfig before = config;
        if (before.equals(changed)) {
            return;
        }
        config = changed;
        env.touch(this);
        if (beginning.abandonIfHarmless()) {
            beginning.pause().none(nowNanos);
        }
        List.copyOf(sas).stream()
                .filter(IkeSa::live)
                .filter(sa -> Authentications.revoked(sa.origin().authentication(), changed.authentication()))
                .forEach(sa -> endRevoked(sa, nowNanos));
        best().ifPresent(sa -> adapt(sa, before, nowNanos));
    }

    private void adapt(IkeSa sa, PeerConfig before, long nowNanos) {
        IpAddress remote = sa.path().remote().address();
        IpAddress local = sa.path().local().address();
        boolean remoteGone = before.remoteAddresses().contains(remote)
                && !config.remoteAddresses().contains(remote);
        boolean localGone = before.localAddresses().contains(local)
                && !config.localAddresses().contains(local);
        if (before.forceUdpEncapsulation() != config.forceUdpEncapsulation()) {
            replace("encapsulation changed", nowNanos);
        } else if (remoteGone || localGone) {
            Optional<UdpPath> other =
                    sa.origin().mobike() && (localGone || sa.origin().initiated())
                            ? Paths.instead(config, sa.path())
                            : Optional.empty();
            other.ifPresentOrElse(path -> sa.relocate(path, nowNanos), () -> replace("addresses changed", nowNanos));
        }
    }

    /** It is no longer configured: everything ends at once. */
    public void depart(long nowNanos) {
        departed = true;
        endAll("peer removed", nowNanos);
    }

    public void terminate(long nowNanos) {
        beginning.suspend();
        endAll("terminated", nowNanos);
    }

    public void shutDown(long nowNanos) {
        departed = true;
        endAll("shutting down", nowNanos);
    }

    private void endAll(String reason, long nowNanos) {
        env.touch(this);
        beginning.abandon();
        children.clear(reason, nowNanos);
        List.copyOf(sas).stream()
                .filter(sa -> !(sa.state() instanceof SaState.Closing || sa.state() instanceof SaState.Closed))
                .forEach(sa -> sa.close(reason, nowNanos));
    }

    public void initiate(long nowNanos) {
        beginning.demand(nowNanos);
        env.touch(this);
    }

    public void trafficWaiting(long nowNanos) {
        beginning.trafficWaiting(nowNanos);
        env.touch(this);
    }

    /** It sends on SAs that this end knows nothing of: unless something is under way already, a new IKE SA tells it so. */
    public void usesForgottenSas() {
        if (live().isEmpty() && !beginning.underWay() && !departed) {
            beginning.demandAgain();
            env.touch(this);
        }
    }

    public void rekey(IkeInput.RekeyKind kind, long nowNanos) {
        best().ifPresent(sa -> {
            switch (kind) {
                case CHILD ->
                    children.inUse().stream()
                            .filter(pair -> pair.sa() == sa)
                            .forEach(pair -> sa.want(new Task.RekeyChild(pair.spiIn()), nowNanos));
                case IKE -> sa.want(new Task.RekeyIke(), nowNanos);
            }
        });
    }

    /** Ends what was authenticated by certificates that are no longer good, at once (SIG-08). */
    public void revoke(Set<String> serials, long nowNanos) {
        for (IkeSa sa : List.copyOf(sas)) {
            // The list is that of the nodes' own CA; another CA's serial numbers are its own.
            boolean listed = sa.origin().authentication().demandedTrust().isEmpty()
                    && sa.origin().authentication().verdict().revokedBy(serials);
            if (sa.live() && listed) {
                endRevoked(sa, nowNanos);
            }
        }
        env.touch(this);
    }

    private void endRevoked(IkeSa sa, long nowNanos) {
        children.of(sa).forEach(pair -> children.retire(pair, false, "certificate revoked", nowNanos));
        sa.close("certificate revoked", nowNanos);
        lastFailure = "certificate revoked";
    }

    /** Own credentials or trust anchors are others now. */
    public void credentialsChanged() {
        env.touch(this);
    }

    public static void used(ChildPair pair, IkeInput.ChildUsageReported usage, long nowNanos) {
        pair.sa().traffic(usage.lastInboundNanos(), usage.lastOutboundNanos());
        pair.peer().children.used(pair, usage, nowNanos);
        pair.peer().env.touch(pair.peer());
    }

    public static void pathChanged(ChildPair pair, UdpPath path) {
        pair.sa().moveTo(path);
        pair.peer().env.touch(pair.peer());
    }

    // ---- what its SAs tell

    void add(IkeSa sa) {
        sas.add(sa);
    }

    void remove(IkeSa sa) {
        sas.remove(sa);
        env.touch(this);
    }

    /** An attempt of ours came to its end. */
    void established(IkeSa sa, long startedSequence, long nowNanos) {
        beginning.over();
        replacement.begun(sa, startedSequence, live());
        entered(sa);
    }

    /**
     * The peer has begun an IKE SA and authenticated.
     *
     * @param createdSequence when its IKE_SA_INIT came
     */
    void establishedByPeer(IkeSa sa, long createdSequence, boolean initialContact, long nowNanos) {
        replacement.begunByPeer(sa, createdSequence, initialContact, live(), nowNanos);
        beginning.abandonIfHarmless();
        entered(sa);
    }

    private void entered(IkeSa sa) {
        sas.add(sa);
        contacted = true;
        beginning.established();
        replacement.done();
        lastFailure = "";
        IkeSaOrigin origin = sa.origin();
        env.out()
                .report(new IkeEvent.IkeSaEstablished(
                        name(),
                        origin.spiInitiator(),
                        origin.spiResponder(),
                        origin.keys().suite().toString(),
                        origin.keys().suite().postQuantum(),
                        origin.initiated(),
                        sa.path()));
    }

    void attemptFailed(String exchange, String reason, long nowNanos) {
        beginning.failed(nowNanos);
        failed(exchange, reason, wanted() || replacement.wanted());
    }

    /** Keeps and reports why something did not come about. */
    void failed(String exchange, String reason, boolean willRetry) {
        lastFailure = reason;
        env.out().report(new IkeEvent.NegotiationFailed(name(), exchange, reason, willRetry));
    }

    /** The peer no longer answers. */
    void lost(String reason, long nowNanos) {
        lastFailure = reason;
        beginning.pause().none(nowNanos);
        env.touch(this);
    }

    void deletedByPeer(String reason, long nowNanos) {
        lastFailure = reason;
        beginning.pause().atLeast(env.config().attempt().firstPause(), nowNanos);
        env.touch(this);
    }

    /** Wants a fresh IKE SA in place of the one in use. */
    void replace(String reason, long nowNanos) {
        if (replacement.want(reason, nowNanos)) {
            env.touch(this);
        }
    }

    void childMade(ChildPair made, Optional<ChildPair> old) {
        env.out()
                .report(
                        old.isPresent()
                                ? new IkeEvent.ChildSaRekeyed(name(), old.get().spiIn(), made.spiIn(), made.spiOut())
                                : new IkeEvent.ChildSaEstablished(name(), made.spiIn(), made.spiOut(), made.suite()));
    }

    /** An IKE SA ends, and so do its children; inbound halves linger if the peer has something else to send on. */
    void retireChildren(IkeSa sa, String reason, long nowNanos) {
        boolean linger = children.inUse().stream().anyMatch(pair -> pair.sa() != sa);
        children.of(sa).forEach(pair -> children.retire(pair, linger, reason, nowNanos));
    }

    // ---- from one process to the next

    /** Whether nothing is under way that another process could not go on with. */
    public boolean movable() {
        return beginning.movable() && sas.stream().allMatch(IkeSa::movable);
    }

    /** Everything of it that matters to the peer; attempts of ours are left out, and begun anew if they are still wanted. */
    public void save(StateWriter out) {
        List<IkeSa> saved = sas.stream().filter(sa -> sa.state().movable()).toList();
        out.bool(beginning.suspended()).bool(contacted).text(lastFailure);
        out.list(saved, sa -> sa.save(out));
        if (!saved.isEmpty()) {
            children.save(saved, out);
        }
    }

    /** Goes on where {@link #save} was called; the configuration is that of today. */
    public void restore(StateReader in, long nowNanos) {
        if (in.bool("suspended")) {
            beginning.suspend();
        }
        contacted = in.bool("contacted");
        lastFailure = in.text("failure");
        sas.addAll(in.list("IKE SAs", each -> IkeSa.restore(each, env, this, nowNanos)));
        if (!sas.isEmpty()) {
            children.restore(in, sas);
        }
        env.touch(this);
    }

    // ---- what it does about it

    /** Compares what there is with what is wanted and takes the next steps. */
    public void reconcile(long nowNanos) {
        if (!departed) {
            duplicates.resolve(live(), best(), nowNanos);
            replacement.closeReplaced(live(), nowNanos);
            replacement.notice(best(), nowNanos);
            begin(nowNanos);
            best().ifPresent(sa -> {
                keepChild(sa, nowNanos);
                renegotiate(sa, nowNanos);
            });
            if (!children.canSend()) {
                children.useDeferred();
            }
        }
        List.copyOf(sas).forEach(sa -> sa.pump(nowNanos));
    }

    public void tick(long nowNanos) {
        beginning.tick(nowNanos);
        List.copyOf(sas).forEach(sa -> sa.tick(nowNanos));
        children.tick(nowNanos);
        env.touch(this);
    }

    public long nextDeadlineNanos() {
        long next = children.nextDeadlineNanos();
        if (!departed) {
            next = Math.min(next, duplicates.nextDeadlineNanos(live(), best()));
        }
        for (IkeSa sa : sas) {
            next = Math.min(next, sa.nextDeadlineNanos());
        }
        if (env.quiet()) {
            return next;
        }
        if (beginning.underWay()) {
            return Math.min(next, beginning.nextDeadlineNanos());
        }
        if (departed || env.credentials().isEmpty()) {
            return next;
        }
        if (live().isEmpty()) {
            return wanted() ? Math.min(next, beginning.pause().untilNanos()) : next;
        }
        return replacement.wanted()
                ? Math.min(
                        next, Math.max(replacement.atNanos(), beginning.pause().untilNanos()))
                : next;
    }

    private void begin(long nowNanos) {
        boolean none = live().isEmpty();
        boolean replacing = !none && replacement.due(nowNanos);
        if (replacing || (none && wanted())) {
            beginning.begin(replacing, nowNanos);
        }
    }

    private boolean wanted() {
        return !departed && beginning.wanted();
    }

    private void keepChild(IkeSa sa, long nowNanos) {
        if (!children.anyInUse(sa) && (sa.origin().initiated() || beginning.demanded())) {
            sa.want(
                    new Task.CreateChild(),
                    nowNanos + env.config().rekey().retryPause().toNanos());
        }
    }

    /** Pairs and IKE SAs that were negotiated from another configuration are rekeyed into today's. */
    private void renegotiate(IkeSa sa, long nowNanos) {
        long pauseNanos = env.config().rekey().retryPause().toNanos();
        // The other end probably has the same change before it: one of the two waits.
        long notBefore = config.initiate() ? nowNanos : nowNanos + env.jitter(pauseNanos, 0.5, 1);
        ChildBasis today = ChildBasis.of(config);
        children.inUse().stream()
                .filter(pair -> pair.sa() == sa
                        && pair.state() == ChildPair.State.LIVE
                        && !pair.basis().equals(today))
                .forEach(pair -> sa.want(new Task.RekeyChild(pair.spiIn()), notBefore));
        if (!sa.basis().equals(config.ikeProposals())) {
            sa.want(new Task.RekeyIke(), notBefore);
        }
    }

    boolean ownNameIsSmaller() {
        return env.authentications()
                .map(now -> now.own(config.authentication()).identity())
                .filter(own -> own.compareTo(config.authentication().remoteIdentity()) < 0)
                .isPresent();
    }

    private List<IkeSa> live() {
        return sas.stream().filter(IkeSa::live).toList();
    }

    /** The one in use: the one that was authenticated last, among those that nothing replaces. */
    private Optional<IkeSa> best() {
        return live().stream()
                .max(Comparator.<IkeSa, Boolean>comparing(sa -> sa.replacedBy().isEmpty())
                        .thenComparing(sa -> sa.origin().lineage()));
    }

    /** What of it is to be seen from outside. */
    public EndpointStatus.PeerStatus status() {
        return PeerStatuses.of(this, best(), beginning.underWay(), lastFailure);
    }

    /** Ends everything because of a bug of ours. */
    public void abort(String reason, long nowNanos) {
        beginning.abandon();
        children.clear(reason, nowNanos);
        List.copyOf(sas).forEach(sa -> sa.lost(reason, nowNanos));
        beginning.pause().longer(nowNanos);
        failed("INTERNAL", reason, wanted());
    }
}
