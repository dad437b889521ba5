package dev.espalier.agent.node;

import dev.espalier.agent.observe.AgentMetrics;
import dev.espalier.agent.observe.AgentStatus.PeerStatus;
import dev.espalier.agent.observe.AgentStatus.State;
import dev.espalier.ike.LocalCredentials;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The agent's view as metrics ask for it. One scrape reads many values: what the IKE loop says is kept for a second. */
public final class MetricsSource implements AgentMetrics.Source {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AgentView view;
    private List<PeerStatus> peers = List.of();
    private long readNanos = System.nanoTime() - FRESH_NANOS;

    public MetricsSource(AgentView view) {
        this.view = view;
    }

    @Override
    public Map<String, Long> drops() {
        return view.drops();
    }

    @Override
    public long leakedPackets() {
        return view.leakedPackets();
    }

    @Override
    public long espPackets(boolean outbound) {
        return outbound ? view.dataPath().packetsOut() : view.dataPath().packetsIn();
    }

    @Override
    public long espBytes(boolean outbound) {
        return outbound ? view.dataPath().bytesOut() : view.dataPath().bytesIn();
    }

    @Override
    public int ikeSas() {
        return (int) peers().stream()
                .filter(p -> p.ike().state() == State.ESTABLISHED)
                .count();
    }

    @Override
    public int childSas() {
        return peers().stream().mapToInt(p -> p.children().size()).sum();
    }

    @Override
    public long rekeys(boolean ike) {
        return ike ? view.rekeys().ike() : view.rekeys().child();
    }

    @Override
    public long handovers(boolean succeeded) {
        return succeeded ? view.handovers().takenOver() : view.handovers().failed();
    }

    @Override
    public double certificateExpiry() {
        LocalCredentials credentials = view.credentials();
        return credentials == null
                ? Double.NaN
                : credentials.chain().getFirst().getNotAfter().toInstant().getEpochSecond();
    }

    private synchronized List<PeerStatus> peers() {
        if (System.nanoTime() - readNanos >= FRESH_NANOS) {
            peers = view.peers();
            readNanos = System.nanoTime();
        }
        return peers;
    }
}
