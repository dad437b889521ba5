package dev.espalier.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Traffic between the pods of two nodes while something is done to the cluster: numbered datagrams at a steady rate, and connections that are
 * used all the while. It goes on until it is asked what became of it.
 */
final class Load implements AutoCloseable {
    private static final Pattern STREAM = Pattern.compile("sent (\\d+) received (\\d+) longest-gap-ms (\\d+)");
    private static final Pattern FLOWS =
            Pattern.compile("flows (\\d+) broken (\\d+) exchanges (\\d+) longest-silence-ms (\\d+)");
    private static final int PER_SECOND = 100;
    private static final int CONNECTIONS = 20;
    /** More than the connections have. */
    private static final Duration PATIENCE = Duration.ofSeconds(270);

    private static final AtomicInteger STARTED = new AtomicInteger();

    private final Cluster cluster;
    private final Pod from;
    private final String stop = "/tmp/stop-" + STARTED.incrementAndGet();
    private final Cluster.Running stream;
    private final Cluster.Running flows;

    private Load(Cluster cluster, Pod from, Pod to, Duration most) {
        this.cluster = cluster;
        this.from = from;
        stream = start(to, most, "stream", PER_SECOND);
        flows = start(to, most, "flows", CONNECTIONS);
        stream.awaitOutput("started");
        flows.awaitOutput("started");
    }

    /** Starts both, for {@code most} at the longest; returns once they run. */
    static Load between(Cluster cluster, Pod from, Pod to, Duration most) {
        return new Load(cluster, from, to, most);
    }

    private Cluster.Running start(Pod to, Duration most, String verb, int number) {
        return cluster.start(
                from,
                "traffic",
                verb,
                Workloads.ip(to),
                Integer.toString(Workloads.TCP),
                Integer.toString(number),
                Long.toString(most.toSeconds()),
                stop);
    }

    /** Ends the traffic and says what became of it. */
    Outcome end() {
        cluster.exec(from, "touch", stop);
        Matcher datagrams = match(STREAM, stream.await(PATIENCE).out());
        String said = flows.await(PATIENCE).out();
        Matcher connections = match(FLOWS, said);
        return new Outcome(
                number(datagrams, 1),
                number(datagrams, 2),
                number(datagrams, 3),
                number(connections, 1),
                number(connections, 2),
                number(connections, 4),
                said.strip());
    }

    private static Matcher match(Pattern pattern, String out) {
        Matcher matcher = pattern.matcher(out);
        assertThat(matcher.find()).as(out).isTrue();
        return matcher;
    }

    private static int number(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }

    @Override
    public void close() {
        stream.close();
        flows.close();
    }

    /**
     * What became of it.
     *
     * @param gapMillis     longest time between two datagrams that came back
     * @param silenceMillis longest time that a connection waited for an answer
     * @param said          by the connections, with the reason of each that broke
     */
    record Outcome(int sent, int received, int gapMillis, int connections, int broken, int silenceMillis, String said) {
        int lost() {
            return sent - received;
        }

        @Override
        public String toString() {
            return lost() + " of " + sent + " datagrams lost, longest gap " + gapMillis + " ms; " + broken + " of "
                    + connections + " connections broken, longest silence " + silenceMillis + " ms";
        }
    }
}
