package dev.espalier.e2e.traffic;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Random;
import java.util.zip.CRC32;

/** Octets that both ends can make: pseudo-random, so that no packet resembles another, and the same each time. */
final class Pattern {
    private static final byte[] BLOCK = new byte[64 * 1024 - 7];

    static {
        new Random(20).nextBytes(BLOCK);
    }

    private Pattern() {}

    static void write(OutputStream out, int octets) throws IOException {
        for (int left = octets; left > 0; left -= BLOCK.length) {
            out.write(BLOCK, 0, Math.min(left, BLOCK.length));
        }
        out.flush();
    }

    /** The CRC-32 of the first {@code octets}, in hexadecimal. */
    static String checkSum(int octets) {
        CRC32 sum = new CRC32();
        for (int left = octets; left > 0; left -= BLOCK.length) {
            sum.update(BLOCK, 0, Math.min(left, BLOCK.length));
        }
        return Long.toHexString(sum.getValue());
    }
}
