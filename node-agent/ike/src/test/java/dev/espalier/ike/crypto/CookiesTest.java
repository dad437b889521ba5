package dev.espalier.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("IKE-19")
class CookiesTest {
    private static final long PERIOD = Duration.ofSeconds(60).toNanos();
    private static final IpAddress ADDRESS = IpAddress.parse("192.0.2.7");
    private static final Octets NONCE = Octets.fromHex("000102030405060708090a0b0c0d0e0f");
    private static final long SPI = 0x1234;

    /** The clock may start anywhere, below zero as well. */
    private static final long START = -7;

    private final Cookies cookies = new Cookies(new SecureRandom(), Duration.ofSeconds(60), START);

    @Test
    void acceptsItsOwnAndIsOfALengthTheRfcAllows() {
        Octets cookie = cookies.issue(SPI, ADDRESS, NONCE, START);
        assertThat(cookies.accepts(cookie, SPI, ADDRESS, NONCE, START)).isTrue();
        assertThat(cookie.length()).isBetween(1, 64);
    }

    @Test
    void isBoundToSpiAddressAndNonce() {
        Octets cookie = cookies.issue(SPI, ADDRESS, NONCE, START);
        assertThat(cookies.accepts(cookie, SPI + 1, ADDRESS, NONCE, START)).isFalse();
        assertThat(cookies.accepts(cookie, SPI, ADDRESS.plus(1), NONCE, START)).isFalse();
        assertThat(cookies.accepts(cookie, SPI, ADDRESS, NONCE.concat(Octets.of((byte) 0)), START))
                .isFalse();
    }

    @Test
    void refusesEveryFlippedBitAndLength() {
        Octets cookie = cookies.issue(SPI, ADDRESS, NONCE, START);
        for (int i = 0; i < cookie.length(); i++) {
            byte[] changed = cookie.toArray();
            changed[i] ^= 1;
            assertThat(cookies.accepts(Octets.wrap(changed), SPI, ADDRESS, NONCE, START))
                    .isFalse();
            assertThat(cookies.accepts(cookie.slice(0, i), SPI, ADDRESS, NONCE, START))
                    .isFalse();
        }
    }

    @Test
    void livesForOneToTwoPeriods() {
        Octets cookie = cookies.issue(SPI, ADDRESS, NONCE, START + PERIOD - 1);
        assertThat(cookies.accepts(cookie, SPI, ADDRESS, NONCE, START + PERIOD)).isTrue();
        assertThat(cookies.accepts(cookie, SPI, ADDRESS, NONCE, START + 2 * PERIOD - 1))
                .isTrue();
        assertThat(cookies.accepts(cookie, SPI, ADDRESS, NONCE, START + 2 * PERIOD))
                .isFalse();
    }

    @Test
    void diesWhenNothingHappenedForLong() {
        Octets cookie = cookies.issue(SPI, ADDRESS, NONCE, START);
        assertThat(cookies.accepts(cookie, SPI, ADDRESS, NONCE, START + 2 * PERIOD))
                .isFalse();
    }

    @Test
    void anotherProcessDoesNotAcceptIt() {
        Octets cookie = cookies.issue(SPI, ADDRESS, NONCE, START);
        Cookies other = new Cookies(new SecureRandom(), Duration.ofSeconds(60), START);
        assertThat(other.accepts(cookie, SPI, ADDRESS, NONCE, START)).isFalse();
    }
}
