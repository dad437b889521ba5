package dev.espalier.ike.crypto;

import dev.espalier.wire.Octets;
import java.security.SecureRandom;

/** The unpredictable numbers that IKE puts on the wire. Uniqueness is up to whoever keeps them. */
public final class RandomValues {
    /** RFC 4303 2.1 reserves ESP's SPIs 0 to 255. */
    private static final int FIRST_ESP_SPI = 256;

    private RandomValues() {}

    /** An IKE SPI: any but zero (RFC 7296 3.1, IKE-18). */
    public static long ikeSpi(SecureRandom random) {
        long spi;
        do {
            spi = random.nextLong();
        } while (spi == 0);
        return spi;
    }

    /** An ESP SPI, as an unsigned number at least 256. */
    public static int espSpi(SecureRandom random) {
        int spi;
        do {
            spi = random.nextInt();
        } while (Integer.compareUnsigned(spi, FIRST_ESP_SPI) < 0);
        return spi;
    }

    /** A nonce of 32 octets: at least half the key of every PRF that we have (RFC 7296 2.10, IKE-41). */
    public static Octets nonce(SecureRandom random) {
        byte[] nonce = new byte[32];
        random.nextBytes(nonce);
        return Octets.wrap(nonce);
    }
}
