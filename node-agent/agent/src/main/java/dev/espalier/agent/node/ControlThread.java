package dev.espalier.agent.node;

import dev.espalier.agent.cni.CniServer;
import dev.espalier.agent.identity.IdentitySource;
import dev.espalier.agent.identity.PeerSecrets;
import dev.espalier.agent.ike.IkeInbox;
import dev.espalier.agent.kube.NodeView;
import dev.espalier.agent.kube.NodeViewSource;
import dev.espalier.agent.loop.DataPathSettings;
import dev.espalier.agent.loop.PathMtus;
import dev.espalier.agent.observe.Problems;
import dev.espalier.agent.policy.NodePlan;
import dev.espalier.agent.policy.PolicyCompiler;
import dev.espalier.agent.reconcile.Reconciler;
import dev.espalier.agent.settings.AgentSettings;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.LocalCredentials;
import dev.espalier.ike.PeerConfig;
import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.wire.ip.IpAddress;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes views and credentials as they come and keeps node and plan in agreement: one thread compiles, applies, and looks again every few
 * seconds and whenever something seems amiss (F-35). What fails is tried again; what was in force stays.
 */
final class ControlThread implements NodeViewSource.Listener, IdentitySource.Listener, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ControlThread.class);
    private static final long REPAIR_PERIOD_MILLIS = 3000;
    private static final long REPAIR_DELAY_MILLIS = 100;

    private final Problems problems;
    private final IkeInbox inbox;
    private final PolicyCompiler compiler;
    private final PeerSecrets peerSecrets;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("control").unstarted(task));
    private final AtomicBoolean repairPending = new AtomicBoolean();
    private @Nullable DataPlane dataPlane;
    private @Nullable Reconciler reconciler;
    private @Nullable PathMtus pathMtus;
    private @Nullable CniServer cni;

    // Written by the control thread, read by any.
    private volatile @Nullable InForce inForce;
    private volatile @Nullable LocalCredentials credentials;
    private volatile @Nullable NodeView wanted;
    private boolean greeted;
    private volatile boolean held;
    private volatile @Nullable NodePlan prepared;

    /**
     * What the node goes by.
     *
     * @param mtu the inner one
     * @param filtered whether the packet filter is loaded
     */
    record InForce(NodeView view, NodePlan plan, int mtu, boolean filtered) {}

    ControlThread(AgentSettings settings, Problems problems, IkeInbox inbox) {
        this.problems = problems;
        this.inbox = inbox;
        this.compiler = new PolicyCompiler(settings.clusterCidrs());
        this.peerSecrets = new PeerSecrets(settings.nodeName(), settings.secretsDir());
        problems.set("source", List.of("no view of the cluster yet"));
        problems.set("identity", List.of("no credentials yet"));
    }

    /** What it acts on; before {@link #start}. */
    void joinWith(DataPlane plane, PathMtus newPathMtus, Reconciler newReconciler, CniServer newCni) {
        dataPlane = plane;
        pathMtus = newPathMtus;
        reconciler = newReconciler;
        cni = newCni;
    }

    /** From now on, changes are followed but not applied: another process is in charge, or about to be. */
    void hold() {
        held = true;
    }

    /** Waits until nothing of it is under way after {@link #hold}. */
    void awaitHeld() throws InterruptedException, ExecutionException {
        executor.submit(() -> {}).get();
    }

    /** Applies what is wanted from now on. */
    void release() {
        held = false;
        repairSoon();
    }

    /** The plan that would be applied if nothing were held; null before the first view. */
    @Nullable
    NodePlan prepared() {
        return prepared;
    }

    /** The peers know this node's SAs, so none has to be told of a start. */
    void greetNobody() {
        submit(() -> greeted = true);
    }

    void start() {
        var _ = executor.scheduleWithFixedDelay(
                this::repair, REPAIR_PERIOD_MILLIS, REPAIR_PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        executor.shutdownNow();
        try {
            if (!executor.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("the control thread is still busy");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Nullable
    InForce inForce() {
        return inForce;
    }

    @Nullable
    LocalCredentials credentials() {
        return credentials;
    }

    /** Looks at the kernel soon; returns at once. */
    void repairSoon() {
        if (repairPending.compareAndSet(false, true)) {
            try {
                var _ = executor.schedule(this::repair, REPAIR_DELAY_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("ending, no more repairs");
            }
        }
    }

    @Override
    public void viewChanged(NodeView view) {
        submit(() -> {
            wanted = view;
            problems.set("source", List.of());
            apply(view);
        });
    }

    @Override
    public void problemsChanged(List<String> found) {
        problems.set("source", found.isEmpty() && wanted == null ? List.of("no view of the cluster yet") : found);
    }

    @Override
    public void credentialsChanged(LocalCredentials changed) {
        // In this order: what status reports is before the engine then, ahead of the question that status asks it.
        put(new IkeInput.CredentialsChanged(changed));
        credentials = changed;
        problems.set("identity", List.of());
        LOG.infof("identity %s", changed);
        submit(this::greetPeers);
    }

    @Override
    public void revocationChanged(Set<String> serials) {
        LOG.infof("%d certificates are revoked", serials.size());
        put(new IkeInput.RevocationChanged(serials));
    }

    @Override
    public void problemChanged(@Nullable String problem) {
        if (problems.set("identity", problem == null ? List.of() : List.of(problem)) && problem != null) {
            LOG.warnf("identity: %s%s", problem, credentials == null ? "" : " (the last good one stays in use)");
        }
    }

    private void repair() {
        repairPending.set(false);
        NodeView view = wanted;
        if (view != null && !held) {
            apply(view);
            repairPods();
            refreshPathMtus();
        }
    }

    private void refreshPathMtus() {
        try {
            Objects.requireNonNull(pathMtus).refresh(System.nanoTime());
            problems.set("path MTU", List.of());
        } catch (ErrnoException e) {
            if (problems.set("path MTU", List.of(String.valueOf(e.getMessage())))) {
                LOG.errorf("path MTUs stay as they are: %s", e.getMessage());
            }
        }
    }

    private void repairPods() {
        try {
            Objects.requireNonNull(cni).repair();
            problems.set("pods", List.of());
        } catch (IOException e) {
            if (problems.set("pods", List.of(String.valueOf(e.getMessage())))) {
                LOG.errorf("rules and routes of pods: %s; trying again", e.getMessage());
            }
        }
    }

    private void apply(NodeView view) {
        try {
            NodePlan plan = compiler.compile(view, peerSecrets.read(view.externalPeers()));
            prepared = plan;
            if (held) {
                return;
            }
            DataPlane plane = Objects.requireNonNull(dataPlane);
            if (!plane.isOpen()) {
                plane.open(dataPathSettings(plan));
            }
            Reconciler.Applied applied =
                    Objects.requireNonNull(reconciler).apply(plan, view.own().addresses());
            inForce = new InForce(view, plan, applied.mtu(), applied.problems().isEmpty());
            if (problems.set("filter", applied.problems())) {
                applied.problems().forEach(LOG::warn);
            }
            problems.set("plan", plan.problems());
            problems.set("kernel", List.of());
            greetPeers();
        } catch (ErrnoException e) {
            kernelTrouble(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            problems.set("plan", List.of("a bug of ours: " + e));
            LOG.error("applying the view", e);
        }
    }

    /** Somebody may have taken the device away: then everything on top of it has to be made anew. */
    private void kernelTrouble(ErrnoException e) {
        if (problems.set("kernel", List.of(String.valueOf(e.getMessage())))) {
            LOG.errorf("%s; trying again", e.getMessage());
        }
        DataPlane plane = Objects.requireNonNull(dataPlane);
        if (e.errno() == Errno.ENODEV && plane.isOpen()) {
            LOG.warn("the tunnel device is gone; opening it again");
            plane.close();
            repairSoon();
        }
    }

    /**
     * After a start, peers may still hold SAs from before and send into the void; those that would open by themselves do not know that they
     * should. The engine waits a moment for them and then opens from here.
     */
    private void greetPeers() {
        InForce current = inForce;
        if (greeted || current == null || credentials == null) {
            return;
        }
        greeted = true;
        current.plan().peers().stream()
                .filter(peer -> !peer.initiate())
                .map(PeerConfig::name)
                .forEach(inbox::trafficWaiting);
    }

    static DataPathSettings dataPathSettings(NodePlan plan) {
        return DataPathSettings.defaults(gateway(plan, false), gateway(plan, true));
    }

    private static @Nullable IpAddress gateway(NodePlan plan, boolean v6) {
        return plan.routes().gateways().stream()
                .filter(g -> g.v6() == v6)
                .findFirst()
                .orElse(null);
    }

    private void submit(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("ending, a change comes too late");
        }
    }

    private void put(IkeInput input) {
        try {
            inbox.put(input);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
