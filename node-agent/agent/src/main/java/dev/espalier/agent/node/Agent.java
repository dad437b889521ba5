package dev.espalier.agent.node;

import dev.espalier.agent.cni.CniServer;
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
    private final RunFolder runFolder;
    private final Rtnetlink netlink;
    private final PacketFilter filter;
    private final IkeInbox inbox = new IkeInbox();
    private final Thread ikeThread;
    private final DataPlane dataPlane;
    private final ControlThread control;
    private final AdminSocket admin;
    private final AgentView view;
    private final CniServer cni;
    private @Nullable KernelWatch watch;

    private Agent(
            AgentSettings settings,
            NodeViewSource source,
            IdentitySource identity,
            CipherBackend ciphers,
            RunFolder runFolder,
            Rtnetlink netlink,
            PacketFilter filter,
            IkeEngine engine) {
        this.settings = settings;
        this.source = source;
        this.identity = identity;
        this.runFolder = runFolder;
        this.netlink = netlink;
        this.filter = filter;
        SecurityDatabase database = new SecurityDatabase();
        Problems problems = new Problems();
        RekeyCounts rekeys = new RekeyCounts();
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
        IkeLoop loop = new IkeLoop(
                engine,
                inbox,
                new NodeEffects(dataPlane, installer, drops, rekeys),
                System::nanoTime,
                InstantSource.system());
        ikeThread = Thread.ofPlatform().name("ike").unstarted(loop::run);
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
                problems);
        cni = new CniServer(settings.runDir(), new CniState(control, view, settings.cniMode()));
        control.joinWith(dataPlane, new PathMtus(database, dataPlane::probe), reconciler, cni);
        admin = new AdminSocket(
                settings.runDir().resolve("admin.sock"), new AdminVerbs(view, inbox, Duration.ofSeconds(15)));
    }

    /**
     * Takes the run folder and starts every thread; tunnels come up as source and identity deliver.
     *
     * @throws AgentException when the node lacks what the agent needs
     */
    public static Agent start(AgentSettings settings, NodeViewSource source, IdentitySource identity)
            throws AgentException {
        CipherBackend ciphers = CipherChoice.of(settings);
        selfTest();
        RunFolder runFolder = null;
        Rtnetlink netlink = null;
        PacketFilter filter = null;
        try {
            runFolder = RunFolder.open(settings.runDir());
            netlink = Rtnetlink.open();
            filter = PacketFilter.open();
            SecureRandom random = new SecureRandom();
            KeyLog keyLog = settings.keyLogDir() == null ? KeyLog.NONE : KeyLogFiles.in(settings.keyLogDir());
            IkeEngine engine = engine(CrashSecret.load(settings.runDir(), random), random, keyLog);
            Agent agent = new Agent(settings, source, identity, ciphers, runFolder, netlink, filter, engine);
            agent.startThreads();
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

    private void startThreads() throws IOException {
        admin.open();
        ikeThread.start();
        cni.start();
        control.start();
        watch = KernelWatch.start(netlink, settings.tun(), control::repairSoon);
        identity.start(control);
        source.start(control);
    }

    /** What the agent says about itself. */
    public AgentView view() {
        return view;
    }

    /**
     * Ends in order. SAs are not deleted at the peers: an agent that comes back soon (a rolling update) replaces them at once by INITIAL_CONTACT,
     * and one that does not is noticed by liveness checks. The TUN device goes with the process; {@code unreachable} routes stay.
     */
    @Override
    public void close() {
        source.close();
        identity.close();
        closeQuietly(watch);
        control.close();
        closeQuietly(cni);
        try {
            inbox.put(new IkeInput.ShutdownRequested(false));
            ikeThread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        dataPlane.close();
        netlink.close();
        filter.close();
        closeQuietly(admin);
        closeQuietly(runFolder);
        LOG.infof("node %s: ended; routes to other nodes are closed", settings.nodeName());
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
        };
    }
}
