package dev.espalier.wire.ip;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ChecksumsTest {
    @Test
    @DisplayName("The example of RFC 1071 section 3")
    void sumsTheRfcExample() {
        MemorySegment memory = MemorySegment.ofArray(
                new byte[] {0, 1, (byte) 0xf2, 3, (byte) 0xf4, (byte) 0xf5, (byte) 0xf6, (byte) 0xf7});
        assertThat(Checksums.fold(Checksums.sum(memory, 0, 8))).isEqualTo(0xddf2);
        assertThat(Checksums.of(memory, 0, 8)).isEqualTo(~0xddf2 & 0xffff);
    }

    @Test
    @DisplayName("Agrees with a sum word by word, for every length and offset and for all-ones")
    void agreesWithASumWordByWord() {
        Random random = new Random(3);
        byte[] bytes = new byte[1500];
        for (int round = 0; round < 200; round++) {
            random.nextBytes(bytes);
            if (round % 10 == 0) {
                Arrays.fill(bytes, (byte) 0xff);
            }
            int offset = random.nextInt(20);
            int length = random.nextInt(bytes.length - offset + 1);
            assertThat(Checksums.fold(Checksums.sum(MemorySegment.ofArray(bytes), offset, length)))
                    .as("round %d offset %d length %d", round, offset, length)
                    .isEqualTo(naive(bytes, offset, length));
        }
    }

    @Test
    @DisplayName("Updating by difference gives what summing again gives (RFC 1624)")
    void updatesByDifference() {
        Random random = new Random(4);
        byte[] bytes = new byte[40];
        for (int round = 0; round < 2000; round++) {
            random.nextBytes(bytes);
            int before = ~naive(bytes, 0, 40) & 0xffff;
            int at = 2 * random.nextInt(20);
            int old = (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
            int changed = random.nextInt(0x10000);
            bytes[at] = (byte) (changed >>> 8);
            bytes[at + 1] = (byte) changed;
            assertThat(Checksums.update(before, old, changed)).isEqualTo(~naive(bytes, 0, 40) & 0xffff);
        }
    }

    @Test
    void sumsPseudoHeadersOfBothFamilies() {
        IpAddress a = IpAddress.parse("2001:db8::1");
        IpAddress b = IpAddress.parse("2001:db8::ff00:42:8329");
        byte[] header = new byte[40];
        System.arraycopy(a.toBytes(), 0, header, 0, 16);
        System.arraycopy(b.toBytes(), 0, header, 16, 16);
        header[34] = 4;
        header[35] = (byte) 0xd2;
        header[39] = 17;
        assertThat(Checksums.fold(Checksums.pseudoHeader(a.high(), a.low(), b.high(), b.low(), 17, 1234)))
                .isEqualTo(naive(header, 0, 40));

        IpAddress c = IpAddress.parse("192.0.2.1");
        IpAddress d = IpAddress.parse("198.51.100.255");
        byte[] v4 = new byte[12];
        System.arraycopy(c.toBytes(), 0, v4, 0, 4);
        System.arraycopy(d.toBytes(), 0, v4, 4, 4);
        v4[9] = 6;
        v4[11] = 20;
        assertThat(Checksums.fold(Checksums.pseudoHeader(c.high(), c.low(), d.high(), d.low(), 6, 20)))
                .isEqualTo(naive(v4, 0, 12));
    }

    private static int naive(byte[] bytes, int offset, int length) {
        int sum = 0;
        for (int i = 0; i < length; i += 2) {
            int low = i + 1 < length ? bytes[offset + i + 1] & 0xff : 0;
            sum += (bytes[offset + i] & 0xff) << 8 | low;
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }
}
