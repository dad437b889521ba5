package dev.espalier.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("ALG-01")
class ModpPrimesTest {
    /** k as RFC 3526 3, 4 and 5 give it. */
    @ParameterizedTest
    @CsvSource({"2048, 124476", "3072, 1690314", "4096, 240904"})
    void primesFollowFromPiAsInRfc3526(int bits, int k) {
        BigInteger expected = BigInteger.TWO
                .pow(bits)
                .subtract(BigInteger.TWO.pow(bits - 64))
                .subtract(BigInteger.ONE)
                .add(piTimesTwoTo(bits - 130).add(BigInteger.valueOf(k)).shiftLeft(64));
        assertThat(ModpPrimes.ofBits(bits)).isEqualTo(expected);
    }

    /** {@code floor(2^n * pi)} by Machin's formula, with guard bits. */
    private static BigInteger piTimesTwoTo(int n) {
        int guard = 64;
        BigInteger one = BigInteger.TWO.pow(n + guard);
        BigInteger quarter = arctanOfInverse(5, one).shiftLeft(2).subtract(arctanOfInverse(239, one));
        return quarter.shiftLeft(2).shiftRight(guard);
    }

    private static BigInteger arctanOfInverse(int x, BigInteger one) {
        BigInteger power = one.divide(BigInteger.valueOf(x));
        BigInteger sum = power;
        for (int i = 3; power.signum() != 0; i += 2) {
            power = power.divide(BigInteger.valueOf(-(long) x * x));
            sum = sum.add(power.divide(BigInteger.valueOf(i)));
        }
        return sum;
    }
}
