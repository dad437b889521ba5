package dev.espalier.esp.sad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.esp.sad.ReplayWindow.Verdict;
import java.math.BigInteger;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("ESP-03")
class ReplayWindowTest {
    private static final long WRAP = 1L << 32;

    @ParameterizedTest
    @ValueSource(ints = {64, 128, 192, 1000, 8192})
    @DisplayName("Agrees with a set of bits over random walks with jumps, repeats and stragglers")
    void agreesWithASetOfBits(int size) {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed * 31 + size);
            ReplayWindow window = new ReplayWindow(size, false);
            BitSet seen = new BitSet();
            int top = 0;
            for (int step = 0; step < 4000; step++) {
                int sequence = Math.max(
                        0,
                        top
                                + random.nextInt(random.nextInt(10) == 0 ? 3 * size : 8)
                                - random.nextInt(random.nextInt(5) == 0 ? 2 * size : 6));
                Verdict expected = sequence == 0 || sequence <= top - window.size()
                        ? Verdict.TOO_OLD
                        : seen.get(sequence) ? Verdict.REPLAYED : Verdict.FRESH;

                assertThat(window.check(sequence))
                        .as("seed %d, step %d, number %d, top %d", seed, step, sequence, top)
                        .isEqualTo(expected);
                // A packet may be fresh and yet forged: then nothing is marked.
                if (expected == Verdict.FRESH && random.nextInt(8) != 0) {
                    window.mark(sequence);
                    seen.set(sequence);
                    top = Math.max(top, sequence);
                }
            }
        }
    }

    @Test
    @Tag("ESP-02")
    void refusesNumberZero() {
        assertThat(new ReplayWindow(64, false).check(0)).isEqualTo(Verdict.TOO_OLD);
    }

    @Test
    void checkingChangesNothing() {
        ReplayWindow window = new ReplayWindow(64, false);
        assertThat(window.check(1_000_000)).isEqualTo(Verdict.FRESH);

        assertThat(window.top()).isZero();
        assertThat(window.check(1)).isEqualTo(Verdict.FRESH);
    }

    @Test
    void remembersExactlyItsSize() {
        ReplayWindow window = new ReplayWindow(128, false);
        window.mark(1000);

        assertThat(window.check(1000 - 127)).isEqualTo(Verdict.FRESH);
        assertThat(window.check(1000 - 128)).isEqualTo(Verdict.TOO_OLD);
    }

    @Test
    void holdsUpToTheLastNumberWithoutExtension() {
        ReplayWindow window = new ReplayWindow(64, false);
        long last = window.infer(-1);
        assertThat(last).isEqualTo(0xffff_ffffL);
        window.mark(last);

        assertThat(window.check(last)).isEqualTo(Verdict.REPLAYED);
        assertThat(window.check(window.infer(1))).isEqualTo(Verdict.TOO_OLD);
    }

    @Test
    @Tag("ESP-04")
    void holdsUpToTheLastExtendedNumber() {
        ReplayWindow window = new ReplayWindow(64, true);
        window.mark(-1L);

        assertThat(window.check(-1L)).isEqualTo(Verdict.REPLAYED);
        assertThat(window.check(-2L)).isEqualTo(Verdict.FRESH);
        assertThat(window.infer(5)).as("would lie behind the last number").isZero();
    }

    @Test
    @Tag("ESP-04")
    @DisplayName("Infers every number from the window's left edge to 2^32 - size ahead of its right edge (RFC 4303 A2)")
    void infersWhateverIsInReach() {
        for (long seed = 1; seed <= 50; seed++) {
            Random random = new Random(seed);
            int size = 64 * (1 + random.nextInt(128));
            ReplayWindow window = new ReplayWindow(size, true);
            // Near a border of two subspaces, where all the cases are.
            long top = (1 + random.nextInt(3)) * WRAP + random.nextInt(4 * size) - 2L * size;
            window.mark(top);
            for (int i = 0; i < 500; i++) {
                long ahead = random.nextBoolean()
                        ? random.nextLong(-(long) size + 1, size)
                        : random.nextLong(-(long) size + 1, WRAP - size + 1);
                long sequence = top + ahead;
                assertThat(window.infer((int) sequence))
                        .as("seed %d, size %d, top %d, %d ahead", seed, size, top, ahead)
                        .isEqualTo(sequence);
            }
        }
    }

    @Test
    @Tag("ESP-04")
    @DisplayName("Inference at the window's edges, by RFC 4303 A2.2's two cases")
    void infersAtTheEdges() {
        ReplayWindow caseA = new ReplayWindow(64, true);
        caseA.mark(5 * WRAP + 1000);
        assertThat(caseA.infer(1000 - 63)).isEqualTo(5 * WRAP + 937);
        assertThat(caseA.infer(1000 - 64)).isEqualTo(6 * WRAP + 936);

        ReplayWindow caseB = new ReplayWindow(64, true);
        caseB.mark(5 * WRAP + 10);
        assertThat(caseB.infer(10 - 63)).isEqualTo(5 * WRAP - 53);
        assertThat(caseB.infer(10 - 64)).isEqualTo(5 * WRAP + (WRAP - 54));
        assertThat(caseB.infer(11)).isEqualTo(5 * WRAP + 11);
    }

    @Test
    @Tag("ESP-04")
    @DisplayName("At the very start nothing can lie before the first subspace")
    void infersNothingBeforeTheFirst() {
        ReplayWindow window = new ReplayWindow(64, true);
        assertThat(window.infer(1)).isEqualTo(1);
        assertThat(window.infer(-3)).isZero();
    }

    @Test
    void comparesNumbersAsUnsigned() {
        ReplayWindow window = new ReplayWindow(64, true);
        long big = new BigInteger("9223372036854775807").longValue();
        window.mark(big);

        assertThat(window.check(big + 1)).isEqualTo(Verdict.FRESH);
        window.mark(big + 1);
        assertThat(window.check(big)).isEqualTo(Verdict.REPLAYED);
    }

    @Test
    void refusesSizesOutOfBounds() {
        assertThatThrownBy(() -> new ReplayWindow(63, true)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ReplayWindow((1 << 20) + 1, true)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new ReplayWindow(65, true).size()).isEqualTo(128);
    }
}
