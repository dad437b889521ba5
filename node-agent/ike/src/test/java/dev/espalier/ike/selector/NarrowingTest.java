package dev.espalier.ike.selector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class NarrowingTest {
    @Test
    @Tag("IKE-37")
    @Tag("IKE-39")
    void offerIsCutDownToWhatThePeerMayOwn() {
        assertThat(narrow(selectors("0.0.0.0/0", "::/0"), "10.1.0.0/24", "fd00:1::/64"))
                .isEqualTo(selectors("10.1.0.0/24", "fd00:1::/64"));
    }

    @Test
    @Tag("IKE-39")
    void addressesOfSomeoneElseLeaveNothing() {
        assertThat(narrow(selectors("10.2.0.0/24"), "10.1.0.0/24", "fd00:1::/64"))
                .isEmpty();
        assertThat(narrow(selectors("0.0.0.0/0"))).isEmpty();
    }

    @Test
    @Tag("IKE-37")
    void narrowerOfferStaysAsItIs() {
        TrafficSelector web =
                new TrafficSelector(6, 443, 443, IpAddress.parse("10.1.0.7"), IpAddress.parse("10.1.0.9"));

        assertThat(Narrowing.narrow(List.of(web), List.of(), List.of(Prefix.parse("10.1.0.0/24"))))
                .containsExactly(web);
    }

    @Test
    @Tag("IKE-37")
    void specificPacketSelectorInFrontDoesNotRemainBesideTheWiderOne() {
        TrafficSelector packet =
                new TrafficSelector(6, 5000, 5000, IpAddress.parse("10.1.0.7"), IpAddress.parse("10.1.0.7"));
        List<TrafficSelector> offered = List.of(packet, TrafficSelector.of(Prefix.parse("10.0.0.0/8")));

        assertThat(Narrowing.narrow(offered, List.of(), List.of(Prefix.parse("10.1.0.0/24"))))
                .isEqualTo(selectors("10.1.0.0/24"));
    }

    @Test
    @Tag("IKE-38")
    void emptyRangesVanish() {
        TrafficSelector backwards =
                new TrafficSelector(0, 0, 65535, IpAddress.parse("10.1.0.9"), IpAddress.parse("10.1.0.1"));

        assertThat(Narrowing.narrow(List.of(backwards), List.of(), List.of(Prefix.ANY_V4)))
                .isEmpty();
    }

    @Test
    @Tag("IKE-38")
    void opaquePortsSurvive() {
        TrafficSelector opaque =
                new TrafficSelector(17, 65535, 0, IpAddress.parse("10.0.0.0"), IpAddress.parse("10.255.255.255"));

        assertThat(Narrowing.narrow(List.of(opaque), List.of(), List.of(Prefix.parse("10.1.0.0/24"))))
                .containsExactly(
                        new TrafficSelector(17, 65535, 0, IpAddress.parse("10.1.0.0"), IpAddress.parse("10.1.0.255")));
    }

    @Test
    @Tag("LBL-01")
    void securityLabelMakesTheWholeOfferUnacceptable() {
        UnknownSelector label = new UnknownSelector(UnknownSelector.SECURITY_LABEL, 0, Octets.fromHex("736563726574"));

        assertThat(Narrowing.narrow(selectors("10.1.0.0/24"), List.of(label), List.of(Prefix.ANY_V4)))
                .isEmpty();
    }

    @Test
    void otherUnknownSelectorsAreNarrowedAway() {
        UnknownSelector fibreChannel = new UnknownSelector(9, 0, Octets.fromHex("0000000000000000"));

        assertThat(Narrowing.narrow(selectors("10.1.0.0/24"), List.of(fibreChannel), List.of(Prefix.ANY_V4)))
                .isEqualTo(selectors("10.1.0.0/24"));
    }

    @Test
    @Tag("IKE-37")
    void initiatorAcceptsOnlyAPartOfItsOffer() {
        List<TrafficSelector> offered = selectors("10.1.0.0/16", "fd00::/64");

        assertThat(Narrowing.answers(selectors("10.1.2.0/24"), List.of(), offered))
                .isTrue();
        assertThat(Narrowing.answers(offered, List.of(), offered)).isTrue();
        assertThat(Narrowing.answers(selectors("10.0.0.0/8"), List.of(), offered))
                .isFalse();
        assertThat(Narrowing.answers(selectors("10.1.2.0/24", "0.0.0.0/0"), List.of(), offered))
                .isFalse();
        assertThat(Narrowing.answers(List.of(), List.of(), offered)).isFalse();
        assertThat(Narrowing.answers(
                        selectors("10.1.2.0/24"), List.of(new UnknownSelector(10, 0, Octets.of((byte) 1))), offered))
                .isFalse();
        TrafficSelector backwards =
                new TrafficSelector(0, 0, 65535, IpAddress.parse("10.1.0.9"), IpAddress.parse("10.1.0.1"));
        assertThat(Narrowing.answers(List.of(backwards), List.of(), offered)).isFalse();
    }

    @Test
    void resultFitsOnePayload() {
        List<TrafficSelector> offered = IntStream.range(0, 255)
                .mapToObj(i -> new TrafficSelector(6, i, i, IpAddress.ANY_V4, IpAddress.parse("255.255.255.255")))
                .toList();

        assertThat(narrow(offered, "10.1.0.0/24", "10.2.0.0/24")).hasSize(Narrowing.MAX_SELECTORS);
    }

    /** Whatever is offered, the answer lies within the offer and within what is allowed, and the initiator accepts it. */
    @Test
    @Tag("IKE-37")
    @Tag("IKE-39")
    void answerIsAlwaysWithinOfferAndAllowance() {
        long seed = 37;
        Random random = new Random(seed);
        int nonEmpty = 0;
        for (int round = 0; round < 2000; round++) {
            List<TrafficSelector> offered = Stream.generate(() -> random(random))
                    .limit(1 + random.nextInt(5))
                    .toList();
            List<Prefix> allowed = Stream.generate(
                            () -> Prefix.containing(IpAddress.v4(random.nextInt(16)), 28 + random.nextInt(5)))
                    .limit(1 + random.nextInt(3))
                    .toList();

            List<TrafficSelector> answer = Narrowing.narrow(offered, List.of(), allowed);

            List<TrafficSelector> ceiling = Narrowing.of(allowed);
            assertThat(answer)
                    .as("seed %d round %d: %s within %s", seed, round, offered, allowed)
                    .allMatch(a -> !a.empty())
                    .allMatch(a -> ceiling.stream().anyMatch(c -> c.covers(a)))
                    .allMatch(a -> offered.stream().anyMatch(o -> o.covers(a)))
                    .doesNotHaveDuplicates()
                    .allMatch(a -> answer.stream().filter(b -> b.covers(a)).count() == 1);
            boolean overlap = offered.stream()
                    .anyMatch(o -> ceiling.stream().anyMatch(c -> c.intersect(o).isPresent()));
            assertThat(Narrowing.answers(answer, List.of(), offered)).isEqualTo(overlap);
            nonEmpty += overlap ? 1 : 0;
        }
        assertThat(nonEmpty).isBetween(500, 1950);
    }

    private static TrafficSelector random(Random random) {
        int startPort = random.nextInt(3);
        return new TrafficSelector(
                random.nextInt(2) * 6,
                startPort,
                random.nextBoolean() ? 65535 : random.nextInt(3),
                IpAddress.v4(random.nextInt(16)),
                IpAddress.v4(random.nextInt(16)));
    }

    private static List<TrafficSelector> narrow(List<TrafficSelector> offered, String... allowed) {
        return Narrowing.narrow(
                offered, List.of(), Stream.of(allowed).map(Prefix::parse).toList());
    }

    private static List<TrafficSelector> selectors(String... prefixes) {
        return Narrowing.of(Stream.of(prefixes).map(Prefix::parse).toList());
    }
}
