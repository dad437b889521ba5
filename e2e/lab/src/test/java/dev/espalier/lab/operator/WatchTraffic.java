package dev.espalier.lab.operator;

import dev.espalier.lab.probe.ProbeClient;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The watches that one agent holds, opened once more to count what they carry. */
final class WatchTraffic implements AutoCloseable {
    private static final List<String> WATCHES = List.of(
            "/apis/ipsec.espalier.dev/v1alpha1/ipsecnodes",
            "/apis/ipsec.espalier.dev/v1alpha1/ipsecpolicies",
            "/apis/ipsec.espalier.dev/v1alpha1/ipsecpeers",
            "/api/v1/namespaces/espalier-system/configmaps?fieldSelector=metadata.name%3Despalier-trust-bundle");

    private final List<InputStream> streams = new ArrayList<>();
    private final AtomicLong octets = new AtomicLong();
    private final AtomicLong events = new AtomicLong();

    static WatchTraffic of(OperatorCluster cluster) {
        WatchTraffic traffic = new WatchTraffic();
        ProbeClient http = cluster.http();
        for (String path : WATCHES) {
            String version = http.get(path).text("metadata", "resourceVersion");
            String separator = path.contains("?") ? "&" : "?";
            InputStream stream = http.stream(path + separator + "watch=true&resourceVersion=" + version);
            traffic.streams.add(stream);
            Thread.ofVirtual().start(() -> traffic.count(stream));
        }
        return traffic;
    }

    long octets() {
        return octets.get();
    }

    long events() {
        return events.get();
    }

    @Override
    public void close() throws IOException {
        for (InputStream stream : streams) {
            stream.close();
        }
    }

    private void count(InputStream stream) {
        byte[] buffer = new byte[64 * 1024];
        try {
            for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
                octets.addAndGet(read);
                for (int i = 0; i < read; i++) {
                    if (buffer[i] == '\n') {
                        events.incrementAndGet();
                    }
                }
            }
        } catch (IOException e) {
            // Closed by us, when the counting is over.
            return;
        }
    }
}
