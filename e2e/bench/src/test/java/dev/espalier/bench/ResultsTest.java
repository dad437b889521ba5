package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private final Results results = new Results();

    @Test
    void ratiosAreTakenRoundByRoundSoThatASlowRoundFallsOnBoth() {
        for (double load : new double[] {1, 10, 2}) {
            results.add("wireguard-go", Measure.TCP_1, 3 / load);
            results.add("libcrypto", Measure.TCP_1, 6 / load);
        }

        assertThat(results.ratio("libcrypto", "wireguard-go", Measure.TCP_1)).isEqualTo(2);
        assertThat(results.median("libcrypto", Measure.TCP_1)).isEqualTo(3);
    }

    @Test
    void mediansOfEvenNumbersLieBetween() {
        assertThat(Results.median(List.of(4.0, 1.0, 2.0, 3.0))).isEqualTo(2.5);
        assertThat(Results.median(List.of())).isNaN();
    }

    @Test
    void theTableHasOnlyWhatWasMeasuredAndTheChartToo() {
        results.add("wireguard-go", Measure.RTT_50, 200);
        results.add("libcrypto", Measure.RTT_50, 100);
        results.add("libcrypto", Measure.RTT_50, 120);

        assertThat(Table.of(results))
                .contains("| | RTT p50, µs |")
                .contains("| libcrypto | 110 (100-120) |")
                .contains("| libcrypto | 0.50 |")
                .doesNotContain("TCP");
        assertThat(Chart.of(results, List.of(Measure.values())))
                .startsWith("<svg")
                .contains("RTT p50")
                .doesNotContain("TCP 1 flow");
    }
}
