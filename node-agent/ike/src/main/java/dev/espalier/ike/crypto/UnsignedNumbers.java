package dev.espalier.ike.crypto;

import dev.espalier.wire.Octets;
import java.math.BigInteger;

/** Big-endian numbers of a fixed length. */
final class UnsignedNumbers {
    private UnsignedNumbers() {}

    static BigInteger decode(Octets octets) {
        return new BigInteger(1, octets.toArray());
    }

    static Octets encode(BigInteger value, int length) {
        byte[] minimal = value.toByteArray();
        byte[] fixed = new byte[length];
        int significant = Math.min(minimal.length, length);
        System.arraycopy(minimal, minimal.length - significant, fixed, length - significant, significant);
        return Octets.wrap(fixed);
    }
}
