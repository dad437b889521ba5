package dev.espalier.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RandomValuesTest {
    @Test
    @Tag("IKE-18")
    void anIkeSpiIsNeverZero() {
        assertThat(RandomValues.ikeSpi(new Scripted(0, 0, 0, 7))).isNotZero();
    }

    @Test
    @Tag("IKE-18")
    void anEspSpiIsNeverOfTheReservedOnes() {
        assertThat(RandomValues.espSpi(new Scripted(0, 1, 255, 256))).isEqualTo(256);
        assertThat(RandomValues.espSpi(new Scripted(-1))).isEqualTo(-1);
    }

    @Test
    @Tag("IKE-41")
    void aNonceHasHalfTheLargestPrfsKeyAtLeast() {
        SecureRandom random = new SecureRandom();
        assertThat(RandomValues.nonce(random).length()).isBetween(Prf.HMAC_SHA2_512.length() / 2, 256);
        assertThat(RandomValues.nonce(random)).isNotEqualTo(RandomValues.nonce(random));
    }

    private static final class Scripted extends SecureRandom {
        private final transient Deque<Integer> values;

        Scripted(Integer... values) {
            this.values = new ArrayDeque<>(List.of(values));
        }

        @Override
        public int nextInt() {
            return values.removeFirst();
        }

        @Override
        public long nextLong() {
            return values.removeFirst();
        }
    }
}
