package dev.espalier.operator.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.crds.v1alpha1.IPSecNodeSpec;
import dev.espalier.operator.install.MeshPlan.Application;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("OPR-08")
class SpecWritesTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    private final Queue<String> written = new ConcurrentLinkedQueue<>();

    @Test
    void aRoundIsBoundedAndTheNextGoesOnWhereItEnded() {
        SpecWrites writes = new SpecWrites(application -> written.add(application.name()));
        List<Application> all = IntStream.range(0, 36)
                .mapToObj(i -> application("node-" + (100 + i), "10.0.0.1"))
                .toList();

        assertThat(writes.round(all, NOW)).isTrue();
        assertThat(written).hasSize(16);
        assertThat(writes.round(all, NOW)).isTrue();
        assertThat(writes.round(all, NOW)).isTrue();

        assertThat(written).hasSize(36).doesNotHaveDuplicates();
    }

    @Test
    void whatTheCacheHasNotHeardOfIsWrittenAgainOnlyAfterAWhileOrWhenItIsToBeDifferent() {
        SpecWrites writes = new SpecWrites(application -> written.add(application.name()));
        List<Application> one = List.of(application("a", "10.0.0.1"));
        writes.round(one, NOW);

        assertThat(writes.round(one, NOW.plusSeconds(4)))
                .as("to be looked at again")
                .isTrue();
        assertThat(written).hasSize(1);
        writes.round(List.of(application("a", "10.0.0.2")), NOW.plusSeconds(4));
        assertThat(written).hasSize(2);
        writes.round(List.of(application("a", "10.0.0.2")), NOW.plusSeconds(10));
        assertThat(written).hasSize(3);
    }

    @Test
    @Tag("OPR-06")
    void aWriteThatFailsIsReportedAfterTheOthersAndDoneAgain() {
        SpecWrites writes = new SpecWrites(application -> {
            if (application.name().equals("b") && written.size() < 2) {
                throw new IllegalStateException("503");
            }
            written.add(application.name());
        });
        List<Application> all =
                List.of(application("a", "10.0.0.1"), application("b", "10.0.0.2"), application("c", "10.0.0.3"));

        assertThatThrownBy(() -> writes.round(all, NOW)).hasMessage("503");
        assertThat(written).containsExactlyInAnyOrder("a", "c");
        writes.round(all, NOW);
        assertThat(written).containsExactlyInAnyOrder("a", "c", "b");
    }

    private static Application application(String name, String address) {
        return new Application(name, "uid-" + name, new IPSecNodeSpec(name, List.of(), List.of(address), List.of()));
    }
}
