package dev.espalier.wire.ip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
    @ParameterizedTest
    @CsvSource({
        "10.244.1.5, 10.244.1.5",
        "255.255.255.255, 255.255.255.255",
        "::, ::",
        "::1, ::1",
        "fd00:0:0:0:0:0:0:1, fd00::1",
        "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "1::, 1::",
        "0:0:1::, 0:0:1::"
    })
    void printsAsRfc5952Says(String text, String canonical) {
        assertThat(IpAddress.parse(text)).hasToString(canonical);
        assertThat(IpAddress.parse(canonical)).isEqualTo(IpAddress.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "10.0.0",
                "10.0.0.256",
                "1",
                "::ffff:10.0.0.1",
                "fe80::1%eth0",
                "10.0.0.1 ",
                "1::2::3",
                "[::1]"
            })
    void refusesWhatIsNoAddress(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpAddress.parse(text))
                .withMessageContaining("'" + text + "'");
    }

    @Test
    void agreesWithTheJdkOnRandomAddresses() throws UnknownHostException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] octets = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(octets);
            for (int zeroed = random.nextInt(octets.length); zeroed > 0; zeroed--) {
                octets[random.nextInt(octets.length)] = 0;
            }
            IpAddress address = IpAddress.of(octets);
            assertThat(address.toBytes()).as("seed %d", seed).isEqualTo(octets);
            // An IPv4-mapped address changes its family in the JDK; ours does not read one.
            if (InetAddress.getByAddress(octets).getAddress().length == octets.length) {
                assertThat(IpAddress.parse(address.toString()))
                        .as("seed %d", seed)
                        .isEqualTo(address);
            }
        }
    }

    @Test
    void countsOnAcrossTheHalves() {
        assertThat(IpAddress.parse("fd00::ffff:ffff:ffff:ffff").plus(1)).hasToString("fd00:0:0:1::");
        assertThat(IpAddress.parse("fd00:0:0:1::").plus(-1)).hasToString("fd00::ffff:ffff:ffff:ffff");
        assertThat(IpAddress.parse("10.0.0.255").plus(1)).hasToString("10.0.1.0");
    }

    @ParameterizedTest
    @CsvSource({
        "10.244.1.0/24, 10.244.1.0, 10.244.1.255",
        "0.0.0.0/0, 0.0.0.0, 255.255.255.255",
        "10.0.0.1/32, 10.0.0.1, 10.0.0.1",
        "fd44::/48, fd44::, fd44::ffff:ffff:ffff:ffff:ffff",
        "fd44:0:0:1::/64, fd44:0:0:1::, fd44::1:ffff:ffff:ffff:ffff",
        "::/0, ::, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fd44::1/128, fd44::1, fd44::1",
        "fd44:0:0:1:8000::/65, fd44:0:0:1:8000::, fd44::1:ffff:ffff:ffff:ffff"
    })
    void prefixKnowsItsEnds(String text, String first, String last) {
        Prefix prefix = Prefix.parse(text);

        assertThat(prefix).hasToString(text);
        assertThat(prefix.first()).isEqualTo(IpAddress.parse(first));
        assertThat(prefix.last()).isEqualTo(IpAddress.parse(last));
        assertThat(prefix.contains(prefix.first())).isTrue();
        assertThat(prefix.contains(prefix.last())).isTrue();
        if (prefix.length() > 0) {
            assertThat(prefix.contains(prefix.last().plus(1))).isFalse();
            assertThat(prefix.contains(prefix.first().plus(-1))).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.0",
                "10.0.0.1/24",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/x",
                "fd00::/129",
                "fd00::1/64",
                "/24"
            })
    void refusesWhatIsNoPrefix(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Prefix.parse(text))
                .withMessageContaining("'" + text + "'");
    }

    @Test
    void prefixesOfDifferentFamiliesNeverMeet() {
        assertThat(Prefix.ANY_V4.contains(IpAddress.parse("::1"))).isFalse();
        assertThat(Prefix.ANY_V6.overlaps(Prefix.ANY_V4)).isFalse();
        assertThat(Prefix.parse("10.0.0.0/8").overlaps(Prefix.parse("10.1.0.0/16")))
                .isTrue();
        assertThat(Prefix.parse("10.1.0.0/16").contains(Prefix.parse("10.0.0.0/8")))
                .isFalse();
    }
}
