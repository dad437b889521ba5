package dev.espalier.ike.demux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class DemuxTablesTest {
    private static final IpAddress ADDRESS = IpAddress.parse("198.51.100.1");
    private static final IpAddress OTHER = IpAddress.parse("198.51.100.2");
    private static final long SECOND = 1_000_000_000L;

    private static HalfOpenTable<String> halfOpen() {
        return new HalfOpenTable<>(
                new EndpointConfig.HalfOpen(4, 2, 3, Duration.ofSeconds(30), Duration.ofSeconds(30), 100));
    }

    private static Octets key(int n) {
        return HalfOpenTable.key(Octets.of((byte) n));
    }

    @Test
    @Tag("IKE-18")
    void aSpiHasOneHolderAndIsGivenOutOnce() {
        Iterator<Long> candidates = List.of(7L, 7L, 8L, 7L).iterator();
        SpiTable<Long, String> table = new SpiTable<>(candidates::next);

        assertThat(table.reserve()).isEqualTo(7L);
        assertThat(table.reserve()).isEqualTo(8L);
        table.bind(7L, "seven");
        assertThat(table.find(7L)).contains("seven");
        assertThat(table.find(8L)).isEmpty();
        table.release(7L);
        assertThat(table.find(7L)).isEmpty();
        assertThat(table.reserve()).isEqualTo(7L);
        assertThatThrownBy(() -> table.bind(9L, "nine")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @Tag("IKE-19")
    void halfOpenSasAreBoundedByAddressAndInAll() {
        HalfOpenTable<String> table = halfOpen();
        table.put(key(1), ADDRESS, "one", 0);
        table.put(key(2), ADDRESS, "two", 0);

        assertThat(table.admits(ADDRESS, false)).isFalse();
        assertThat(table.admits(OTHER, false)).isTrue();
        assertThat(table.underLoad()).isFalse();
        table.put(key(3), OTHER, "three", 0);
        assertThat(table.underLoad()).isTrue();
        table.put(key(4), OTHER, "four", 0);
        IpAddress third = IpAddress.parse("198.51.100.3");
        assertThat(table.admits(third, false)).isFalse();
        assertThat(table.admits(third, true)).isTrue();
    }

    @Test
    @Tag("IKE-03")
    void anEntryIsRecognisedUntilItsTimeIsOverButCountsOnlyUntilItIsSettled() {
        HalfOpenTable<String> table = halfOpen();
        table.put(key(1), ADDRESS, "one", 0);
        table.settle(key(1));
        table.settle(key(1));

        assertThat(table.open()).isZero();
        assertThat(table.find(key(1))).contains("one");
        assertThat(table.nextDeadlineNanos()).isEqualTo(30 * SECOND);
        assertThat(table.expire(30 * SECOND - 1)).isEmpty();
        assertThat(table.expire(30 * SECOND)).containsExactly("one");
        assertThat(table.find(key(1))).isEmpty();
        assertThat(table.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(table.open()).isZero();
    }

    @Test
    void aRateLimitLetsOneSecondsWorthThroughAtOnceAndThenAsManyAsTimeGives() {
        RateLimit limit = new RateLimit(10, 0);
        int passed = 0;
        for (int i = 0; i < 100; i++) {
            passed += limit.pass(0) ? 1 : 0;
        }
        assertThat(passed).isEqualTo(10);
        assertThat(limit.pass(SECOND / 20)).isFalse();
        assertThat(limit.pass(SECOND / 9)).isTrue();
        assertThat(limit.pass(SECOND / 9)).isFalse();
    }

    @Test
    void deadlinesAgreeWithALinearScan() {
        long seed = 42;
        SplittableRandom chance = new SplittableRandom(seed);
        Deadlines<Integer> deadlines = new Deadlines<>();
        Map<Integer, Long> oracle = new HashMap<>();
        for (int step = 0; step < 20_000; step++) {
            int key = chance.nextInt(20);
            switch (chance.nextInt(4)) {
                case 0 -> {
                    deadlines.remove(key);
                    oracle.remove(key);
                }
                case 1 -> {
                    long now = chance.nextInt(1000);
                    List<Integer> due = new ArrayList<>(deadlines.takeDue(now));
                    List<Integer> expected = oracle.entrySet().stream()
                            .filter(entry -> entry.getValue() <= now)
                            .map(Map.Entry::getKey)
                            .toList();
                    assertThat(due).containsExactlyInAnyOrderElementsOf(expected);
                    expected.forEach(oracle::remove);
                }
                default -> {
                    long nanos = chance.nextInt(50) == 0 ? Long.MAX_VALUE : chance.nextInt(1000);
                    deadlines.set(key, nanos);
                    if (nanos == Long.MAX_VALUE) {
                        oracle.remove(key);
                    } else {
                        oracle.put(key, nanos);
                    }
                }
            }
            assertThat(deadlines.nextNanos())
                    .isEqualTo(oracle.values().stream()
                            .mapToLong(Long::longValue)
                            .min()
                            .orElse(Long.MAX_VALUE));
        }
    }
}
