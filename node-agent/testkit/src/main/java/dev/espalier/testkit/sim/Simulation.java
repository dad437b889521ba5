package dev.espalier.testkit.sim;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeOutput;
import dev.espalier.ike.LocalCredentials;
import dev.espalier.ike.Now;
import dev.espalier.ike.message.Decoded;
import dev.espalier.ike.message.IkeHeader;
import dev.espalier.ike.message.MessageCodec;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Nodes, the network between them, and one clock. Everything happens in order of time and, at one instant, in order of arrival, so a
 * seed gives the same run each time. {@link #hold()} turns the network into a table from which a test deals datagrams by hand.
 */
public final class Simulation {
    /** What the wall clock shows at the beginning. */
    public static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    private static final long START_NANOS = 1_000_000_000_000L;
    private static final int KEPT_TRACE = 4000;

    private record Step(long nanos, long order, Runnable action) implements Comparable<Step> {
        @Override
        public int compareTo(Step other) {
            int byTime = Long.compare(nanos, other.nanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /**
     * A datagram on its way.
     *
     * @param path as the sender sees it
     * @param header as it could be read; empty for what is no IKE message
     */
    public record InFlight(String from, String to, UdpPath path, Octets datagram, Optional<IkeHeader> header) {}

    private final long seed;
    private final SplittableRandom chance;
    private final Map<String, SimNode> nodes = new LinkedHashMap<>();
    private final PriorityQueue<Step> steps = new PriorityQueue<>();
    private final List<String> trace = new ArrayList<>();
    private final List<InFlight> table = new ArrayList<>();
    private final List<InFlight> sent = new ArrayList<>();
    private final Set<Set<String>> partitions = new HashSet<>();
    private final Map<String, IpAddress> nats = new HashMap<>();
    private final Optional<Invariants> invariants;
    private Duration wallOffset = Duration.ZERO;
    private LinkModel link = LinkModel.PERFECT;
    private boolean held;
    private long nanos = START_NANOS;
    private long order;
    private int lostPackets;

    public Simulation(long seed) {
        this(seed, true);
    }

    /** @param checked whether what must never be is looked for at each step, which costs memory for all that was ever sent */
    public Simulation(long seed, boolean checked) {
        this.invariants = checked ? Optional.of(new Invariants()) : Optional.empty();
        this.seed = seed;
        this.chance = new SplittableRandom(seed);
    }

    public long seed() {
        return seed;
    }

    public Now now() {
        return new Now(nanos, EPOCH.plusNanos(nanos - START_NANOS).plus(wallOffset));
    }

    /** Sets every node's wall clock to so much after what it would show by itself; the monotonic one goes on. */
    public void clockOffset(Duration offset) {
        wallOffset = offset;
    }

    /** How long it has been running. */
    public Duration elapsed() {
        return Duration.ofNanos(nanos - START_NANOS);
    }

    /** Adds a node; nodes count up from 192.0.2.1. */
    public SimNode node(LocalCredentials credentials, EndpointConfig config) {
        SimNode node = new SimNode(
                this, credentials.identity(), IpAddress.parse("192.0.2.1").plus(nodes.size()), credentials, config);
        nodes.put(node.name(), node);
        return node;
    }

    public Collection<SimNode> nodes() {
        return List.copyOf(nodes.values());
    }

    public void link(LinkModel model) {
        link = model;
    }

    public void partition(SimNode one, SimNode other) {
        partitions.add(both(one.name(), other.name()));
    }

    /** Puts a node behind a NAT with this outer address, which keeps the port. */
    public void nat(SimNode node, IpAddress outer) {
        nats.put(node.name(), outer);
    }

    public void heal() {
        partitions.clear();
    }

    /** From now on IKE datagrams wait for {@link #deal}. */
    public void hold() {
        held = true;
    }

    /** Gives out what waits, in order, and goes back to delivering by itself. */
    public void release() {
        held = false;
        List<InFlight> all = List.copyOf(table);
        table.clear();
        all.forEach(this::deliver);
    }

    public List<InFlight> held() {
        return List.copyOf(table);
    }

    /** Delivers the oldest datagram that waits on the way from one node to the other and returns it. */
    public InFlight deal(SimNode from, SimNode to) {
        InFlight next = table.stream()
                .filter(d -> d.from().equals(from.name()) && d.to().equals(to.name()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing waits from " + from.name() + " to " + to.name()));
        table.remove(next);
        deliver(next);
        return next;
    }

    /** Delivers one of those that wait. */
    public void deal(InFlight datagram) {
        discard(datagram);
        deliver(datagram);
    }

    /** Throws away one of those that wait. */
    public void discard(InFlight datagram) {
        if (!table.remove(datagram)) {
            throw new AssertionError("does not wait: " + datagram);
        }
    }

    /** Throws away what waits on the way from one node to the other. */
    public void discard(SimNode from, SimNode to) {
        table.removeIf(d -> d.from().equals(from.name()) && d.to().equals(to.name()));
    }

    /** Every IKE datagram since the start, or since {@link #forgetSent()}, whether it arrived or not. */
    public List<InFlight> sent() {
        return List.copyOf(sent);
    }

    /** What {@link #sent()} held, as text: {@code a->b IKE_AUTH request 1}. */
    public List<String> sentText() {
        return sent.stream()
                .map(d -> d.from() + "->" + d.to() + " "
                        + d.header()
                                .map(h -> h.exchange() + (h.response() ? " response " : " request ") + h.messageId())
                                .orElse("?"))
                .toList();
    }

    public void forgetSent() {
        sent.clear();
    }

    /** Puts a datagram in front of a node as if it had come from {@code path.remote()}. */
    public void inject(SimNode to, UdpPath path, Octets datagram) {
        to.handle(new IkeInput.DatagramReceived(path, datagram));
    }

    void at(long when, Runnable action) {
        steps.add(new Step(when, order++, action));
    }

    public void after(Duration delay, Runnable action) {
        at(nanos + delay.toNanos(), action);
    }

    /** Every so often from now on, beginning after one interval. */
    public void every(Duration interval, Runnable action) {
        after(interval, () -> {
            action.run();
            every(interval, action);
        });
    }

    public void run(Duration time) {
        long end = nanos + time.toNanos();
        while (!steps.isEmpty() && steps.peek().nanos() <= end) {
            Step step = steps.remove();
            nanos = Math.max(nanos, step.nanos());
            try {
                step.action().run();
            } catch (AssertionError broken) {
                throw new AssertionError(broken.getMessage() + "\n" + trace(), broken);
            }
        }
        nanos = end;
    }

    /** Data path figures every second, as an agent reports them. */
    public void reportUsage() {
        every(Duration.ofSeconds(1), () -> nodes().forEach(SimNode::reportUsage));
    }

    /** A packet each way between two nodes, every so often. */
    public void traffic(SimNode one, SimNode other, Duration interval) {
        every(interval, () -> {
            one.sendPacket(other.name());
            other.sendPacket(one.name());
        });
    }

    /** Packets that the network itself lost. */
    public int lostPackets() {
        return lostPackets;
    }

    void send(SimNode from, IkeOutput.SendDatagram send) {
        String to = nodeAt(send.path().remote().address()).map(SimNode::name).orElse("?");
        InFlight datagram = new InFlight(from.name(), to, send.path(), send.datagram(), header(send.datagram()));
        if (invariants.isPresent()) {
            invariants.get().sent(send.datagram());
            sent.add(datagram);
        }
        trace(from.name() + " -> " + to + " "
                + datagram.header().map(IkeHeader::toString).orElse("?") + " ("
                + send.datagram().length() + ")");
        if (held) {
            table.add(datagram);
            return;
        }
        if (send.datagram().length() > link.mtuOctets() || chance.nextDouble() < link.loss()) {
            return;
        }
        arrive(() -> deliver(datagram));
        if (chance.nextDouble() < link.duplication()) {
            arrive(() -> deliver(datagram));
        }
    }

    private void arrive(Runnable delivery) {
        long jitter = link.jitter().isZero() ? 0 : chance.nextLong(link.jitter().toNanos());
        at(nanos + link.delay().toNanos() + jitter, delivery);
    }

    private void deliver(InFlight datagram) {
        if (partitions.contains(both(datagram.from(), datagram.to()))) {
            return;
        }
        nodeAt(datagram.path().remote().address())
                .ifPresent(to -> to.handle(new IkeInput.DatagramReceived(arriving(datagram, to), datagram.datagram())));
    }

    /** The way that a datagram has come, as its receiver sees it: NATs have put their own address in place of a node's. */
    private UdpPath arriving(InFlight datagram, SimNode to) {
        UdpEndpoint from = datagram.path().local();
        IpAddress outer = nats.getOrDefault(datagram.from(), from.address());
        return new UdpPath(
                new UdpEndpoint(to.address(), datagram.path().remote().port()), new UdpEndpoint(outer, from.port()));
    }

    /** An ESP packet: it arrives unless the network loses it, and then there has to be an SA for it. */
    void sendPacket(SimNode from, SimDataPath.Sa sa) {
        SimNode to = Objects.requireNonNull(nodes.get(sa.peer()));
        if (chance.nextDouble() < link.loss() || partitions.contains(both(from.name(), to.name()))) {
            lostPackets++;
            return;
        }
        arrive(() -> {
            if (!to.running()) {
                lostPackets++;
                return;
            }
            Optional<SimDataPath.Sa> in = to.dataPath().receivingOn(sa.spi());
            if (in.isEmpty()) {
                if (from.undelivered().isEmpty()) {
                    trace("first packet undelivered from " + from.name() + " to " + to.name() + " on " + sa.spi());
                }
                from.undelivered("no SA at the receiver");
            } else if (!in.get().key().equals(sa.key())) {
                throw new AssertionError("keys of " + from.name() + " and " + to.name() + " differ");
            } else {
                in.get().packets++;
                in.get().lastNanos = nanos;
            }
        });
    }

    /** Before anyone may send, the receiver must be ready, with the same keys and suite. */
    void installed(SimNode node, IkeOutput.InstallChildSa install) {
        boolean inward = install.direction() == IkeOutput.Direction.INBOUND;
        int spi = install.sa().spi();
        SimDataPath path = node.dataPath();
        invariants.ifPresent(i -> i.installed(
                node.name(),
                install.direction(),
                (inward ? path.receivingOn(spi) : path.sendingTo(install.sa().peer())).orElseThrow()));
        if (inward) {
            return;
        }
        SimDataPath.Sa mine = node.dataPath().sendingTo(install.sa().peer()).orElseThrow();
        SimNode peer = nodes.get(mine.peer());
        if (peer == null || !peer.running()) {
            return;
        }
        peer.dataPath().receivingOn(mine.spi()).ifPresent(theirs -> {
            if (!theirs.key().equals(mine.key()) || !theirs.suite().equals(mine.suite())) {
                throw new AssertionError("keys or suites of " + node.name() + " and " + peer.name() + " differ");
            }
        });
    }

    /** A node has done everything that one input led to. */
    void done(SimNode node, Set<String> installedFor) {
        invariants.ifPresent(i -> installedFor.stream()
                .map(node.dataPath()::outbound)
                .filter(outbound -> !outbound.isEmpty())
                .forEach(outbound -> i.sends(node.name(), outbound)));
    }

    /** The same way seen from its other end. */
    public static UdpPath reversed(UdpPath path) {
        UdpEndpoint here = path.local();
        UdpEndpoint there = path.remote();
        return new UdpPath(there, here);
    }

    private static Set<String> both(String one, String other) {
        return Set.copyOf(List.of(one, other));
    }

    private Optional<SimNode> nodeAt(IpAddress address) {
        return nodes.values().stream()
                .filter(n -> n.address().equals(address) || address.equals(nats.get(n.name())))
                .findFirst();
    }

    private static Optional<IkeHeader> header(Octets datagram) {
        return switch (MessageCodec.decode(datagram)) {
            case Decoded.Cleartext cleartext -> Optional.of(cleartext.message().header());
            case Decoded.Protected sealed -> Optional.of(sealed.header());
            case Decoded.Refused refused -> Optional.of(refused.header());
            case Decoded.UnprotectedError error -> Optional.empty();
        };
    }

    void trace(String line) {
        if (invariants.isEmpty()) {
            return;
        }
        if (trace.size() == KEPT_TRACE) {
            trace.removeFirst();
        }
        trace.add("%10.6f %s".formatted(elapsed().toNanos() / 1e9, line));
    }

    /** The last steps, for a failing test. */
    public String trace() {
        return "seed " + seed + "\n" + String.join("\n", trace);
    }
}
