package dev.espalier.agent.node;

import dev.espalier.agent.cni.CniServer;
import dev.espalier.agent.handover.HandoverException;
import dev.espalier.agent.handover.HandoverSocket;
import dev.espalier.agent.identity.IdentitySource;
import dev.espalier.agent.ike.IkeEngine;
import dev.espalier.agent.ike.IkeInbox;
import dev.espalier.agent.ike.IkeLoop;
import dev.espalier.agent.kube.NodeViewSource;
import dev.espalier.agent.loop.PathMtus;
import dev.espalier.agent.observe.AdminSocket;
import dev.espalier.agent.observe.Drops;
import dev.espalier.agent.observe.Problems;
import dev.espalier.agent.observe.RekeyCounts;
import dev.espalier.agent.reconcile.PacketFilter;
import dev.espalier.agent.reconcile.Reconciler;
import dev.espalier.agent.sa.SaInstaller;
import dev.espalier.agent.settings.AgentSettings;
import dev.espalier.agent.settings.CniMode;
import dev.espalier.esp.crypto.CipherBackend;
import dev.espalier.esp.sad.SecurityDatabase;
import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.EndpointState;
import dev.espalier.ike.EndpointStatus;
import dev.espalier.ike.IkeEndpoint;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeOutput;
import dev.espalier.ike.KeyLog;
import dev.espalier.ike.Now;
import dev.espalier.ike.auth.SignatureSelfTest;
import dev.espalier.ike.crypto.CrashTokens;
import dev.espalier.ike.crypto.CryptoSelfTest;
import dev.espalier.linux.netlink.Rtnetlink;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One node's agent, from its sources to the kernel.
 *
 * <pre>
 *   NodeViewSource ─► control thread: compile, reconcile ─► kernel, policy database
 *                                        │ peers
 *   IdentitySource ── credentials ──► IKE inbox ─► IKE loop ─► SAs ─► packet loops
 *                                        ▲ datagrams, traffic waiting    │
 *                                        └───────────────────────────────┘
 * </pre>
 *
 * Starting anew after any end, also kill -9, needs nothing from before: the kernel is read and corrected, SAs are made afresh, and peers
 * hear of it by INITIAL_CONTACT (RFC 7296 2.4).
 */
public final class Agent implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Agent.class);

    private final AgentSettings settings;
    private final NodeViewSource source;
    private final IdentitySource identity;
    private final Host host;
    private final Rtnetlink netlink;
    private final PacketFilter filter;
    private final IkeInbox inbox = new IkeInbox();
    private final IkeLoop ike;
    private final Thread ikeThread;
    private final DataPlane dataPlane;
    private final ControlThread control;
    private final AdminSocket admin;
    private final AgentView view;
    private final CniServer cni;
    private final Departure departure;
    private final Standby standby;
    private final Thread standbyThread =
            Thread.ofPlatform().name("standby").daemon().unstarted(this::standBy);
    private volatile @Nullable RunFolder runFolder;
    private volatile @Nullable HandoverSocket handoverSocket;
    private volatile boolean handedOver;
    private @Nullable KernelWatch watch;

    /** The process around an agent. */
    public interface Host {
        /** Of the program. */
        String version();

        /** The node is this agent's from now on: at once, or when another process has ended. Any thread. */
        void inCharge();

        /** It cannot go on: the process has to end, so that somebody starts it anew. Any thread. */
        void failed(String why);
    }

    private Agent(
            AgentSettings settings,
            NodeViewSource source,
            IdentitySource identity,
            Host host,
            CipherBackend ciphers,
            Rtnetlink netlink,
            PacketFilter filter,
            IkeEngine engine) {
        this.settings = settings;
        this.source = source;
        this.identity = identity;
        this.host = host;
        this.netlink = netlink;
        this.filter = filter;
        SecurityDatabase database = new SecurityDatabase();
        Problems problems = new Problems();
        RekeyCounts rekeys = new RekeyCounts();
        Handovers handovers = new Handovers();
        control = new ControlThread(settings, problems, inbox);
        dataPlane = new DataPlane(
                settings.tun(), settings.offloads(), database, new LoopEvents(inbox, control::repairSoon));
        Drops drops = new Drops(List.of(dataPlane::drops, filter::drops));
        SaInstaller installer = new SaInstaller(database, ciphers);
        Reconciler reconciler = new Reconciler(
                netlink,
                filter,
                settings.tun(),
                settings.cniMode() == CniMode.CHAINED,
                database,
                peers -> inbox.put(new IkeInput.PeersConfigured(peers)),
                settings.mtu(),
                System::nanoTime);
        ike = new IkeLoop(
                engine,
                inbox,
                new NodeEffects(dataPlane, installer, drops, rekeys),
                System::nanoTime,
                InstantSource.system());
        ikeThread = Thread.ofPlatform().name("ike").unstarted(ike::run);
        view = new AgentView(
                settings.nodeName(),
                ciphers.description(),
                inbox,
                installer,
                dataPlane,
                filter,
                control,
                drops,
                rekeys,
                handovers,
                problems);
        cni = new CniServer(settings.runDir(), new CniState(control, view, settings.cniMode()));
        control.joinWith(dataPlane, new PathMtus(database, dataPlane::probe), reconciler, cni);
        admin = new AdminSocket(
                settings.runDir().resolve("admin.sock"), new AdminVerbs(view, inbox, Duration.ofSeconds(15)));
        departure = new Departure(control, dataPlane, ike, installer, handovers);
        standby = new Standby(
                settings.runDir(),
                host.version(),
                control,
                new Arrival(control, dataPlane, ike, installer, database, handovers),
                handovers);
    }

    /**
     * Starts every thread. Tunnels come up as source and identity deliver; or, when another agent runs from the same run folder, this one stands by until that
     * one ends, and takes over its tunnels.
     *
     * @throws AgentException when the node lacks what the agent needs
     */
    public static Agent start(AgentSettings settings, NodeViewSource source, IdentitySource identity, Host host)
            throws AgentException {
        CipherBackend ciphers = CipherChoice.of(settings);
        selfTest();
        RunFolder runFolder = null;
        Rtnetlink netlink = null;
        PacketFilter filter = null;
        try {
            runFolder = RunFolder.take(settings.runDir());
            netlink = Rtnetlink.open();
            filter = PacketFilter.open();
            SecureRandom random = new SecureRandom();
            KeyLog keyLog = settings.keyLogDir() == null ? KeyLog.NONE : KeyLogFiles.in(settings.keyLogDir());
            IkeEngine engine = engine(CrashSecret.load(settings.runDir(), random), random, keyLog);
            Agent agent = new Agent(settings, source, identity, host, ciphers, netlink, filter, engine);
            agent.startThreads(runFolder);
            LOG.infof("node %s, ESP by %s", settings.nodeName(), ciphers.description());
            return agent;
        } catch (IOException e) {
            closeQuietly(filter);
            closeQuietly(netlink);
            closeQuietly(runFolder);
            throw new AgentException(e.getMessage(), e);
        }
    }

    /** A transform or signature scheme that gives other results than the standards say must not protect anything. */
    static void selfTest() throws AgentException {
        List<String> failures = new ArrayList<>(CryptoSelfTest.failures(new SecureRandom()));
        failures.addAll(SignatureSelfTest.failures());
        if (!failures.isEmpty()) {
            throw new AgentException("the crypto self-test failed: " + String.join("; ", failures));
        }
    }

    /** @param folder null when another agent is in charge */
    private void startThreads(@Nullable RunFolder folder) throws IOException {
        if (folder == null) {
            control.hold();
            // Done before anything that source and identity bring about.
            var _ = ike.quieten();
            standbyThread.start();
        } else {
            takeCharge(folder);
        }
        ikeThread.start();
        control.start();
        identity.start(control);
        source.start(control);
    }

    private void takeCharge(RunFolder folder) throws IOException {
        runFolder = folder;
        admin.open();
        cni.start();
        watch = KernelWatch.start(netlink, settings.tun(), control::repairSoon);
        handoverSocket = HandoverSocket.open(HandoverSocket.in(settings.runDir()), host.version());
        host.inCharge();
    }

    private void standBy() {
        try {
            Standby.InCharge inCharge = standby.await();
            if (inCharge == null) {
                return;
            }
            if (!inCharge.tookOver()) {
                LOG.info("the other agent has gone without handing over; beginning anew");
                var _ = ike.resume();
            }
            takeCharge(inCharge.folder());
            control.release();
        } catch (HandoverException | IOException e) {
            LOG.errorf(e, "cannot take over: %s", e.getMessage());
            host.failed(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the agent says about itself. */
    public AgentView view() {
        return view;
    }

    /** Whether this process can serve, or take over from the one that does. */
    public boolean servesOrStandsBy() {
        return runFolder == null ? standby.ready() : view.ready();
    }

    /**
     * Hands everything to a process that stands by, or comes to do so within the setting's time; packets flow meanwhile. To be followed by {@link #close} in any case.
     *
     * @return whether another process is in charge now
     */
    public boolean handOver() {
        HandoverSocket socket = handoverSocket;
        if (socket == null) {
            return false;
        }
        try {
            Duration wait = settings.handoverWait();
            if (wait.isPositive() && !socket.hasSuccessor()) {
                LOG.infof("waiting %d s for an agent that takes over", wait.toSeconds());
            }
            handedOver = departure.handOver(socket, wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return handedOver;
    }

    /**
     * Ends in order. SAs are not deleted at the peers: an agent that comes back soon (a rolling update) replaces them at once by INITIAL_CONTACT,
     * and one that does not is noticed by liveness checks. The TUN device goes with the process, unless it was handed over; {@code unreachable} routes stay.
     */
    @Override
    public void close() {
        standby.end();
        source.close();
        identity.close();
        closeQuietly(watch);
        closeQuietly(handoverSocket);
        control.close();
        closeQuietly(cni);
        try {
            standbyThread.join();
            if (handedOver) {
                ikeThread.interrupt();
            } else {
                inbox.put(new IkeInput.ShutdownRequested(false));
            }
            ikeThread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        dataPlane.close();
        netlink.close();
        filter.close();
        closeQuietly(admin);
        closeQuietly(runFolder);
        LOG.infof(
                "node %s: ended; %s",
                settings.nodeName(), handedOver ? "another process serves it" : "routes to other nodes are closed");
    }

    private static void closeQuietly(@Nullable AutoCloseable part) {
        try {
            if (part != null) {
                part.close();
            }
        } catch (Exception e) {
            LOG.warnf("closing %s: %s", part.getClass().getSimpleName(), e.getMessage());
        }
    }

    private static IkeEngine engine(CrashTokens tokens, SecureRandom random, KeyLog keyLog) {
        EndpointConfig.Extensions extensions = EndpointConfig.DEFAULTS.extensions();
        EndpointConfig config = EndpointConfig.DEFAULTS.withExtensions(extensions.withCrashTokens(tokens));
        IkeEndpoint endpoint = new IkeEndpoint(config, random, keyLog);
        return new IkeEngine() {
            @Override
            public List<IkeOutput> handle(IkeInput input, Now now) {
                return endpoint.handle(input, now);
            }

            @Override
            public long nextDeadlineNanos() {
                return endpoint.nextDeadlineNanos();
            }

            @Override
            public EndpointStatus status(Now now) {
                return endpoint.status(now);
            }

            @Override
            public boolean movable() {
                return endpoint.movable();
            }

            @Override
            public EndpointState save(Now now) {
                return endpoint.save(now);
            }

            @Override
            public List<IkeOutput> restore(EndpointState state, Now now) {
                return endpoint.restore(state, now);
            }
        };
    }
}
