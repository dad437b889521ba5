package dev.espalier.agent.observe;

import dev.espalier.agent.observe.AgentStatus.ChildStatus;
import dev.espalier.agent.observe.AgentStatus.IkeStatus;
import dev.espalier.agent.observe.AgentStatus.PeerStatus;
import dev.espalier.agent.observe.AgentStatus.State;
import dev.espalier.ike.EndpointStatus;
import dev.espalier.ike.IkeInput.ChildUsageReported;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Joins what the engine holds and what the data path counted into rows of status. Pure. */
public final class PeerRows {
    private static final ChildUsageReported UNUSED = new ChildUsageReported(0, 0, 0, 0, 0, 0, 0);

    private PeerRows() {}

    /**
     * By name.
     *
     * @param nanos monotonic time of what {@code engine} says
     */
    public static List<PeerStatus> of(EndpointStatus engine, Collection<ChildUsageReported> usage, long nanos) {
        Map<Integer, ChildUsageReported> bySpi = new HashMap<>();
        usage.forEach(u -> bySpi.put(u.spiIn(), u));
        return engine.peers().stream()
                .map(p -> row(p, bySpi, nanos))
                .sorted(Comparator.comparing(PeerStatus::name))
                .toList();
    }

    private static PeerStatus row(EndpointStatus.PeerStatus peer, Map<Integer, ChildUsageReported> usage, long nanos) {
        List<ChildStatus> children = peer.children().stream()
                .map(c -> child(c, usage.getOrDefault(c.spiIn(), UNUSED)))
                .toList();
        return new PeerStatus(
                peer.peer(), ike(peer, nanos), children, peer.lastFailure().isEmpty() ? null : peer.lastFailure());
    }

    private static IkeStatus ike(EndpointStatus.PeerStatus peer, long nanos) {
        State state = switch (peer.state()) {
            case DOWN -> State.DOWN;
            case CONNECTING -> State.CONNECTING;
            case ESTABLISHED -> State.ESTABLISHED;
        };
        long seconds = state == State.ESTABLISHED ? TimeUnit.NANOSECONDS.toSeconds(nanos - peer.establishedNanos()) : 0;
        return new IkeStatus(state, peer.suite(), peer.postQuantum(), seconds, peer.rekeys());
    }

    private static ChildStatus child(EndpointStatus.ChildStatus child, ChildUsageReported usage) {
        return new ChildStatus(
                spi(child.spiIn()),
                spi(child.spiOut()),
                child.suite(),
                usage.packetsIn(),
                usage.packetsOut(),
                usage.bytesIn(),
                usage.bytesOut());
    }

    private static String spi(int spi) {
        return "0x%08x".formatted(spi);
    }
}
