package dev.espalier.ike.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("IKE-38")
class TrafficSelectorTest {
    private static final int OPAQUE = -1;

    @ParameterizedTest
    @ValueSource(strings = {"10.1.0.0/24", "0.0.0.0/0", "192.0.2.1/32", "fd00:1::/64", "::/0", "fd00::1/128"})
    void prefixBecomesARangeAndBack(String prefix) {
        TrafficSelector selector = TrafficSelector.of(Prefix.parse(prefix));

        assertThat(selector.asPrefix()).contains(Prefix.parse(prefix));
        assertThat(selector.anyPort()).isTrue();
        assertThat(selector.protocol()).isZero();
        assertThat(selector).hasToString(prefix);
    }

    @Test
    void rangeThatIsNoBlockIsNoPrefix() {
        assertThat(range(0, 0, 65535, "10.0.0.1", "10.0.0.2").asPrefix()).isEmpty();
        assertThat(range(0, 0, 65535, "10.0.0.2", "10.0.0.1").asPrefix()).isEmpty();
        assertThat(range(0, 0, 65535, "fd00::1", "fd00::ffff").asPrefix()).isEmpty();
    }

    @Test
    void rangeThatEndsBeforeItStartsCoversNothing() {
        TrafficSelector backwards = range(0, 0, 65535, "10.0.0.9", "10.0.0.1");
        TrafficSelector backwardPorts = range(6, 90, 80, "10.0.0.0", "10.0.0.255");
        TrafficSelector all = TrafficSelector.of(Prefix.ANY_V4);

        assertThat(backwards.empty()).isTrue();
        assertThat(backwardPorts.empty()).isTrue();
        assertThat(all.intersect(backwards)).isEmpty();
        assertThat(backwardPorts.intersect(all)).isEmpty();
        assertThat(backwards.intersect(backwards)).isEmpty();
    }

    @Test
    void opaqueLiesWithinAnyAndWithinItselfOnly() {
        TrafficSelector opaque = range(17, 65535, 0, "10.0.0.0", "10.0.0.255");
        TrafficSelector any = range(17, 0, 65535, "10.0.0.0", "10.0.0.255");
        TrafficSelector some = range(17, 1, 65535, "10.0.0.0", "10.0.0.255");

        assertThat(opaque.opaquePorts()).isTrue();
        assertThat(opaque.empty()).isFalse();
        assertThat(any.intersect(opaque)).contains(opaque);
        assertThat(opaque.intersect(any)).contains(opaque);
        assertThat(opaque.intersect(opaque)).contains(opaque);
        assertThat(some.intersect(opaque)).isEmpty();
        assertThat(opaque.covers(any)).isFalse();
    }

    @Test
    void familiesDoNotMeet() {
        assertThat(TrafficSelector.of(Prefix.ANY_V4).intersect(TrafficSelector.of(Prefix.ANY_V6)))
                .isEmpty();
        assertThatThrownBy(() -> range(0, 0, 65535, "10.0.0.1", "fd00::1"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 65535, 10.0.0.0, 10.0.0.255, 10.0.0.0/24",
        "6, 0, 65535, 10.0.0.0, 10.0.0.255, 10.0.0.0/24[tcp]",
        "6, 443, 443, 10.0.0.0, 10.0.0.255, 10.0.0.0/24[tcp/443]",
        "17, 80, 90, fd00::1, fd00::9, fd00::1-fd00::9[udp/80-90]",
        "132, 65535, 0, 10.0.0.1, 10.0.0.1, 10.0.0.1/32[132/OPAQUE]",
        "0, 5, 6, 10.0.0.1, 10.0.0.1, 10.0.0.1/32[any/5-6]",
    })
    void textSaysAll(int protocol, int startPort, int endPort, String start, String end, String text) {
        assertThat(range(protocol, startPort, endPort, start, end)).hasToString(text);
    }

    /** The oracle: a packet is in the common part exactly when it is in both. */
    @Test
    void intersectionIsWhatPacketByPacketIsInBoth() {
        long seed = 4301;
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            TrafficSelector one = random(random);
            TrafficSelector other = random(random);

            TrafficSelector common = one.intersect(other).orElse(null);

            for (int sample = 0; sample < 40; sample++) {
                int protocol = random.nextInt(1, 4);
                int port = random.nextInt(-1, 7);
                IpAddress address = IpAddress.v4(random.nextInt(8));
                boolean expected = holds(one, protocol, port, address) && holds(other, protocol, port, address);
                boolean actual = common != null && holds(common, protocol, port, address);
                assertThat(actual)
                        .as(
                                "seed %d: %s and %s on protocol %d port %d at %s",
                                seed, one, other, protocol, port, address)
                        .isEqualTo(expected);
            }
            assertThat(one.covers(other)).isEqualTo(other.empty() || other.equals(common));
            assertThat(other.intersect(one)).isEqualTo(one.intersect(other));
        }
    }

    private static boolean holds(TrafficSelector selector, int protocol, int port, IpAddress address) {
        boolean ports = port == OPAQUE
                ? selector.opaquePorts() || selector.anyPort()
                : !selector.opaquePorts() && selector.startPort() <= port && port <= selector.endPort();
        return (selector.protocol() == 0 || selector.protocol() == protocol)
                && ports
                && selector.start().compareTo(address) <= 0
                && address.compareTo(selector.end()) <= 0;
    }

    private static TrafficSelector random(Random random) {
        int start = random.nextInt(7);
        int end = random.nextInt(7);
        return switch (random.nextInt(4)) {
            case 0 -> range(random.nextInt(4), 0, 65535, "0.0.0." + start, "0.0.0." + end);
            case 1 -> range(random.nextInt(4), 65535, 0, "0.0.0." + start, "0.0.0." + end);
            default -> range(random.nextInt(4), random.nextInt(7), random.nextInt(7), "0.0.0." + start, "0.0.0." + end);
        };
    }

    private static TrafficSelector range(int protocol, int startPort, int endPort, String start, String end) {
        return new TrafficSelector(protocol, startPort, endPort, IpAddress.parse(start), IpAddress.parse(end));
    }
}
