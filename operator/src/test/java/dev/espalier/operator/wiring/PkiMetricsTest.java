package dev.espalier.operator.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.crds.v1alpha1.RollStage;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/metrics.md} has every metric of the operator, and no other. */
@SuppressWarnings("deprecation") // the registry that Quarkus brings
class PkiMetricsTest {
    private static final Pattern NAME = Pattern.compile("espalier_[a-z_]+");

    @Test
    void whatTheOperatorRegistersIsWhatIsDocumented() throws IOException {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        PkiMetrics metrics = new PkiMetrics(registry);
        metrics.requestDenied("RateLimited");
        metrics.rollStands(RollStage.USE_NEW, 3);
        metrics.trustPublished(Instant.ofEpochSecond(2_000_000_000), 4);
        metrics.certificateIssued();

        String scrape = registry.scrape();

        assertThat(registered(scrape)).isEqualTo(documented("Operators"));
        assertThat(scrape)
                .contains("espalier_ca_roll_stage 2.0", "espalier_ca_roll_waiting_nodes 3.0")
                .contains("espalier_ca_expiry_timestamp_seconds 2.0E9", "espalier_certificates_revoked 4.0")
                .contains("espalier_certificates_issued_total 1.0")
                .contains("espalier_certificate_requests_denied_total{reason=\"RateLimited\"");
    }

    /** Names of the table under {@code heading}; a histogram's rows have names of their own. */
    private static Set<String> documented(String heading) throws IOException {
        String page = Files.readString(Path.of(System.getProperty("espalier.root", ".."), "docs/metrics.md"));
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
