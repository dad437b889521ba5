package dev.espalier.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/metrics.md} has every metric of the agent, and no other. */
@SuppressWarnings("deprecation") // the registry that Quarkus brings
class AgentMetricsTest {
    private static final Pattern NAME = Pattern.compile("espalier_[a-z_]+");

    @Test
    void whatTheAgentRegistersIsWhatIsDocumented() throws IOException {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        AgentMetrics.register(registry, new Sample());

        String scrape = registry.scrape();

        assertThat(registered(scrape)).isEqualTo(documented("Agents"));
        assertThat(scrape)
                .contains("espalier_esp_packets_total{direction=\"out\"", "espalier_drops_total{reason=\"REPLAYED\"")
                .contains("espalier_ike_sas 7.0", "espalier_certificate_expiry_timestamp_seconds NaN");
    }

    private static final class Sample implements AgentMetrics.Source {
        @Override
        public Map<String, Long> drops() {
            return Map.of("REPLAYED", 3L);
        }

        @Override
        public long leakedPackets() {
            return 0;
        }

        @Override
        public long espPackets(boolean outbound) {
            return 1;
        }

        @Override
        public long espBytes(boolean outbound) {
            return 2;
        }

        @Override
        public int ikeSas() {
            return 7;
        }

        @Override
        public int childSas() {
            return 14;
        }

        @Override
        public long handovers(boolean succeeded) {
            return succeeded ? 1 : 0;
        }

        @Override
        public long rekeys(boolean ike) {
            return 5;
        }

        @Override
        public double certificateExpiry() {
            return Double.NaN;
        }
    }

    /** Names of the table under {@code heading}; a histogram's rows have names of their own. */
    private static Set<String> documented(String heading) throws IOException {
        String page = Files.readString(Path.of(System.getProperty("espalier.root", "../.."), "docs/metrics.md"));
        String section = page.substring(page.indexOf("## " + heading)).split("\n## ", -1)[0];
        return NAME.matcher(section.lines()
                        .filter(line -> line.startsWith("| `espalier_"))
                        .map(line -> line.split(" \\| ", -1)[0])
                        .collect(Collectors.joining("\n")))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> registered(String scrape) {
        return scrape.lines()
                .filter(line -> line.startsWith("espalier_"))
                .map(line -> line.split("[{ ]", -1)[0])
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
