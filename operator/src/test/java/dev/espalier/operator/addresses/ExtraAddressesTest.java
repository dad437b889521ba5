package dev.espalier.operator.addresses;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("IKE-39")
class ExtraAddressesTest {
    private static final List<Prefix> NETWORKS = List.of(Prefix.parse("10.0.0.0/16"), Prefix.parse("fd00:1::/64"));
    private static final List<Prefix> TAKEN = List.of(Prefix.parse("10.0.7.0/24"), Prefix.parse("10.0.0.1/32"));

    @Test
    void siblingsBecomeOnePrefixAndNothingIsIncludedThatIsNoPods() {
        List<PodAddress> pods = new ArrayList<>(pods("a", "10.0.1.", 16, 31));
        pods.addAll(pods("a", "10.0.1.", 40, 40));
        pods.add(new PodAddress("ns/six", "a", IpAddress.parse("fd00:1::5")));

        assertThat(of(pods, Map.of()).byNode())
                .isEqualTo(Map.of("a", List.of("10.0.1.16/28", "10.0.1.40/32", "fd00:1::5/128")));
    }

    @Test
    void addressesElsewhereOrOfPodNetworksOrOfNodesAreNotTaken() {
        assertThat(of(
                                List.of(
                                        pod("a", "192.168.1.1"),
                                        pod("a", "10.0.7.9"),
                                        pod("b", "10.0.0.1"),
                                        pod("b", "10.0.2.2")),
                                Map.of())
                        .byNode())
                .isEqualTo(Map.of("b", List.of("10.0.2.2/32")));
    }

    @Test
    void anAddressThatTwoNodesClaimStaysWithTheOneThatHasItAndElseIsNobodys() {
        List<PodAddress> pods = List.of(pod("a", "10.0.1.1"), pod("evil", "10.0.1.1"));

        assertThat(of(pods, Map.of()).byNode()).isEmpty();
        ExtraAddresses kept = of(pods, Map.of("a", List.of(Prefix.parse("10.0.1.0/31"))));
        assertThat(kept.byNode()).isEqualTo(Map.of("a", List.of("10.0.1.1/32")));
        assertThat(kept.problems()).containsExactly("10.0.1.1 is claimed by nodes a, evil; it stays with a");
    }

    @Test
    void tooManyAreWidenedOverWhatNobodyHasAndNeverOverAnothersAddress() {
        long seed = 7;
        Random random = new Random(seed);
        List<PodAddress> pods = new ArrayList<>();
        for (int third = 16; third < 48; third++) {
            for (int last = 0; last < 256; last += 2 + random.nextInt(4)) {
                pods.add(pod("a", "10.0." + third + "." + last));
            }
        }
        pods.add(pod("b", "10.0.20.77"));

        List<Prefix> prefixes = of(pods, Map.of()).byNode().getOrDefault("a", List.of()).stream()
                .map(Prefix::parse)
                .toList();

        assertThat(prefixes).hasSizeLessThanOrEqualTo(ExtraAddresses.MOST_PREFIXES);
        assertThat(pods.stream().filter(pod -> pod.node().equals("a")))
                .allMatch(pod -> prefixes.stream().anyMatch(prefix -> prefix.contains(pod.address())));
        assertThat(prefixes).noneMatch(prefix -> prefix.contains(IpAddress.parse("10.0.20.77")));
    }

    @Test
    @Tag("OPR-08")
    void aSearchInRangesFindsWhatALinearOneFinds() {
        long seed = 11;
        Random random = new Random(seed);
        List<Prefix> prefixes = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            prefixes.add(random(random, 16 + random.nextInt(17)));
            prefixes.add(Prefix.containing(IpAddress.v6(0xfd00L << 48, random.nextInt(64)), 120 + random.nextInt(9)));
        }
        Ranges ranges = new Ranges(prefixes);

        for (int i = 0; i < 2000; i++) {
            Prefix asked = i % 4 == 0
                    ? Prefix.containing(IpAddress.v6(0xfd00L << 48, random.nextInt(128)), 120 + random.nextInt(9))
                    : random(random, 12 + random.nextInt(21));
            assertThat(ranges.contains(asked.last()))
                    .as("seed %d: %s", seed, asked.last())
                    .isEqualTo(prefixes.stream().anyMatch(prefix -> prefix.contains(asked.last())));
            assertThat(ranges.overlaps(asked))
                    .as("seed %d: %s", seed, asked)
                    .isEqualTo(prefixes.stream().anyMatch(prefix -> prefix.overlaps(asked)));
        }
    }

    private static Prefix random(Random random, int length) {
        return Prefix.containing(IpAddress.v4(0x0a000000 | random.nextInt(1 << 18)), length);
    }

    @Test
    @Tag("OPR-08")
    void writesAreSpacedAndRemovalsWaitUnlessTheAddressIsAnothersNow() {
        AddressBatches batches = new AddressBatches();
        Instant now = Instant.parse("2026-11-24T10:00:00Z");
        Map<String, List<String>> one = Map.of("a", List.of("10.0.1.1/32"));
        Map<String, List<String>> two = Map.of("a", List.of("10.0.1.1/32", "10.0.1.9/32"));

        assertThat(batches.next(Map.of(), one, now)).isEqualTo(new AddressBatches.Batch(one, false));
        assertThat(batches.next(one, two, now.plusMillis(500))).isEqualTo(new AddressBatches.Batch(one, true));
        assertThat(batches.next(one, two, now.plusSeconds(2))).isEqualTo(new AddressBatches.Batch(two, false));
        assertThat(batches.next(two, one, now.plusSeconds(4))).isEqualTo(new AddressBatches.Batch(two, true));
        assertThat(batches.next(two, one, now.plusSeconds(20))).isEqualTo(new AddressBatches.Batch(one, false));
        Map<String, List<String>> moved = Map.of("b", List.of("10.0.1.1/32"));
        assertThat(batches.next(one, moved, now.plusSeconds(30)).byNode())
                .isEqualTo(Map.of("a", List.of(), "b", List.of("10.0.1.1/32")));
    }

    private static ExtraAddresses of(List<PodAddress> pods, Map<String, List<Prefix>> published) {
        return ExtraAddresses.of(pods, NETWORKS, TAKEN, published);
    }

    private static PodAddress pod(String node, String address) {
        return new PodAddress("ns/" + address, node, IpAddress.parse(address));
    }

    private static List<PodAddress> pods(String node, String start, int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(i -> pod(node, start + i))
                .toList();
    }
}
