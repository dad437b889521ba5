package dev.espalier.testkit.sim;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.EndpointState;
import dev.espalier.ike.EndpointStatus;
import dev.espalier.ike.IkeEndpoint;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeOutput;
import dev.espalier.ike.KeyLog;
import dev.espalier.ike.LocalCredentials;
import dev.espalier.ike.PeerConfig;
import dev.espalier.wire.ip.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One machine of a {@link Simulation}: an endpoint, its data path, its configuration, and traffic. */
public final class SimNode {
    /** The same instant may hold some steps of one node, but not without end. */
    private static final int MOST_WAKINGS_AT_ONCE = 200;

    private final Simulation simulation;
    private final String name;
    private IpAddress address;
    private EndpointConfig endpointConfig;
    private final Map<String, PeerConfig> peers = new LinkedHashMap<>();
    private final List<IkeEvent> events = new ArrayList<>();
    private final Map<String, Integer> undelivered = new TreeMap<>();
    private LocalCredentials credentials;
    private SimDataPath dataPath;
    private IkeEndpoint endpoint;
    private boolean running = true;
    private int incarnation;
    private long wakeAtNanos = Long.MAX_VALUE;
    private long wokenAtNanos;
    private int wakings;
    private int held;
    private int keepalives;

    SimNode(
            Simulation simulation,
            String name,
            IpAddress address,
            LocalCredentials credentials,
            EndpointConfig config) {
        this.simulation = simulation;
        this.name = name;
        this.address = address;
        this.credentials = credentials;
        this.endpointConfig = config;
        this.dataPath = new SimDataPath(name);
        this.endpoint = newEndpoint();
        handle(new IkeInput.CredentialsChanged(credentials));
    }

    private IkeEndpoint newEndpoint() {
        return new IkeEndpoint(
                endpointConfig,
                new SeededRandom(simulation.seed() * 31 + name.hashCode() * 7L + incarnation),
                KeyLog.NONE);
    }

    public String name() {
        return name;
    }

    public IpAddress address() {
        return address;
    }

    /** Takes another address; its configuration has to follow. */
    public void move(IpAddress to) {
        address = to;
    }

    /** Whether every SA of the data path has been told that its peer is there. */
    public boolean movedTo(IpAddress remote) {
        return dataPath.allMovedTo(remote);
    }

    public SimDataPath dataPath() {
        return dataPath;
    }

    public LocalCredentials credentials() {
        return credentials;
    }

    boolean running() {
        return running;
    }

    int incarnation() {
        return incarnation;
    }

    /** Everything reported since the start or the last {@link #forgetEvents()}. */
    public List<IkeEvent> events() {
        return List.copyOf(events);
    }

    public <E extends IkeEvent> List<E> events(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    public void forgetEvents() {
        events.clear();
    }

    public EndpointStatus.PeerStatus status(String peer) {
        return endpoint.status(simulation.now()).peers().stream()
                .filter(status -> status.peer().equals(peer))
                .findFirst()
                .orElseThrow();
    }

    public int halfOpen() {
        return endpoint.status(simulation.now()).halfOpen();
    }

    /** Packets to other nodes that found no SA at the receiver, by reason. */
    public Map<String, Integer> undelivered() {
        return undelivered;
    }

    void undelivered(String reason) {
        undelivered.merge(reason, 1, Integer::sum);
    }

    /** NAT keepalives sent. */
    public int keepalives() {
        return keepalives;
    }

    /** Packets that found no SA to go out by. */
    public int held() {
        return held;
    }

    public void configure(PeerConfig... configs) {
        configure(List.of(configs));
    }

    public void configure(List<PeerConfig> configs) {
        peers.clear();
        configs.forEach(config -> peers.put(config.name(), config));
        handle(new IkeInput.PeersConfigured(configs));
    }

    public List<PeerConfig> peers() {
        return List.copyOf(peers.values());
    }

    public void credentials(LocalCredentials changed) {
        credentials = changed;
        handle(new IkeInput.CredentialsChanged(changed));
    }

    /** Stops without a word, as kill -9 does; its SAs are gone. */
    public void crash() {
        running = false;
        dataPath = new SimDataPath(name);
    }

    /** Begins again with other settings. */
    public void restart(EndpointConfig changed) {
        endpointConfig = changed;
        restart();
    }

    /** Begins again with nothing but its configuration. */
    public void restart() {
        incarnation++;
        running = true;
        dataPath = new SimDataPath(name);
        endpoint = newEndpoint();
        wakeAtNanos = Long.MAX_VALUE;
        handle(new IkeInput.CredentialsChanged(credentials));
        handle(new IkeInput.PeersConfigured(peers()));
    }

    /** Whether, after {@link IkeInput.HandoverBegun}, all could go on in another process. */
    public boolean movable() {
        return endpoint.movable();
    }

    /**
     * Another process goes on with everything, as in an upgrade: the data path keeps what is installed, and the endpoint is another one that knows no
     * more than what was handed over and its configuration.
     */
    public void handOver() {
        if (!running) {
            return;
        }
        handle(new IkeInput.HandoverBegun());
        IkeEndpoint next;
        List<IkeOutput> restored;
        try (EndpointState state = endpoint.save(simulation.now())) {
            incarnation++;
            next = newEndpoint();
            next.handle(new IkeInput.HandoverBegun(), simulation.now());
            next.handle(new IkeInput.CredentialsChanged(credentials), simulation.now());
            next.handle(new IkeInput.PeersConfigured(peers()), simulation.now());
            restored = next.restore(state, simulation.now());
        }
        simulation.trace(name + " has another process now");
        dataPath.requireSame(restored.stream()
                .filter(IkeOutput.InstallChildSa.class::isInstance)
                .map(IkeOutput.InstallChildSa.class::cast)
                .toList());
        endpoint = next;
        wakeAtNanos = Long.MAX_VALUE;
        carryOut(restored.stream()
                .filter(output -> !(output instanceof IkeOutput.InstallChildSa))
                .toList());
        handle(new IkeInput.HandoverEnded());
    }

    public void handle(IkeInput input) {
        if (!running) {
            return;
        }
        carryOut(endpoint.handle(input, simulation.now()));
    }

    private void carryOut(List<IkeOutput> outputs) {
        Set<String> installedFor = new LinkedHashSet<>();
        for (IkeOutput output : outputs) {
            switch (output) {
                case IkeOutput.SendDatagram send -> simulation.send(this, send);
                case IkeOutput.InstallChildSa install -> {
                    dataPath.install(install);
                    simulation.installed(this, install);
                    if (install.direction() == IkeOutput.Direction.OUTBOUND) {
                        installedFor.add(install.sa().peer());
                    }
                }
                case IkeOutput.RemoveChildSa remove -> dataPath.remove(remove);
                case IkeOutput.SendKeepalive keepalive -> keepalives++;
                case IkeOutput.MoveChildSa move -> dataPath.move(move);
                case IkeOutput.Report report -> {
                    simulation.trace(name + ": " + report.event());
                    events.add(report.event());
                }
            }
        }
        simulation.done(this, installedFor);
        arm();
    }

    private void arm() {
        long deadline = endpoint.nextDeadlineNanos();
        if (deadline < wakeAtNanos) {
            wakeAtNanos = deadline;
            int mine = incarnation;
            simulation.at(Math.max(deadline, simulation.now().nanos()), () -> wake(mine, deadline));
        }
    }

    private void wake(int mine, long armedFor) {
        if (mine != incarnation || armedFor != wakeAtNanos) {
            return;
        }
        wakeAtNanos = Long.MAX_VALUE;
        long now = simulation.now().nanos();
        wakings = now == wokenAtNanos ? wakings + 1 : 0;
        wokenAtNanos = now;
        if (wakings > MOST_WAKINGS_AT_ONCE) {
            throw new AssertionError(name + " wants to be woken at one instant without end\n" + simulation.trace());
        }
        if (endpoint.nextDeadlineNanos() <= now) {
            handle(new IkeInput.DeadlineReached());
        } else {
            arm();
        }
    }

    /** One packet for each peer, as pods would send; without an SA it is held and IKE is asked. */
    void sendPacket(String peer) {
        if (!running) {
            return;
        }
        dataPath.sendingTo(peer)
                .ifPresentOrElse(
                        sa -> {
                            sa.packets++;
                            sa.lastNanos = simulation.now().nanos();
                            simulation.sendPacket(this, sa);
                        },
                        () -> {
                            held++;
                            handle(new IkeInput.TrafficWaiting(peer));
                        });
    }

    void reportUsage() {
        for (SimDataPath.Sa in : dataPath.inbound()) {
            SimDataPath.Sa out = dataPath.outboundOf(in.spiIn()).orElse(null);
            handle(new IkeInput.ChildUsageReported(
                    in.spiIn(),
                    in.packets,
                    in.packets * 1000,
                    out == null ? 0 : out.packets,
                    out == null ? 0 : out.packets * 1000,
                    in.lastNanos,
                    out == null ? 0 : out.lastNanos));
        }
    }
}
