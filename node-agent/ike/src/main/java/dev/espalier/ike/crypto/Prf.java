package dev.espalier.ike.crypto;

import dev.espalier.ike.proposal.PrfAlgorithm;
import dev.espalier.wire.Octets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A pseudorandom function of IKE (RFC 7296 2.13, RFC 4868): HMAC with SHA-2, whose key may have any length. */
public final class Prf {
    /** PRF_HMAC_SHA2_256. */
    public static final Prf HMAC_SHA2_256 = new Prf("HmacSHA256", 32);

    /** PRF_HMAC_SHA2_384. */
    public static final Prf HMAC_SHA2_384 = new Prf("HmacSHA384", 48);

    /** PRF_HMAC_SHA2_512. */
    public static final Prf HMAC_SHA2_512 = new Prf("HmacSHA512", 64);

    /** prf+ counts its blocks in one octet (RFC 7296 2.13). */
    private static final int MAX_BLOCKS = 255;

    private final String macName;
    private final int length;

    /** Not public, so that nothing weaker can be made outside of this package; its tests make HMAC-SHA-1 for NIST's vectors. */
    Prf(String macName, int length) {
        this.macName = macName;
        this.length = length;
    }

    public static Prf of(PrfAlgorithm algorithm) {
        return switch (algorithm) {
            case HMAC_SHA2_256 -> HMAC_SHA2_256;
            case HMAC_SHA2_384 -> HMAC_SHA2_384;
            case HMAC_SHA2_512 -> HMAC_SHA2_512;
        };
    }

    /** Octets of output, which is also the preferred key length: that of SK_d, SK_pi and SK_pr (RFC 7296 2.14). */
    public int length() {
        return length;
    }

    /** {@code prf(key, parts[0] | parts[1] | ...)}, for values that go on the wire. */
    public Octets compute(Secret key, Octets... parts) {
        byte[][] arrays = new byte[parts.length][];
        for (int i = 0; i < parts.length; i++) {
            arrays[i] = parts[i].toArray();
        }
        return Octets.wrap(mac(key.octets(), arrays));
    }

    byte[] mac(byte[] key, byte[]... parts) {
        Mac mac = init(key);
        for (byte[] part : parts) {
            mac.update(part);
        }
        return mac.doFinal();
    }

    /**
     * {@code prf+(key, seed)} cut to {@code octets}; more than 255 blocks of output throw {@link IllegalArgumentException}, because the
     * counter would repeat.
     */
    Secret plus(byte[] key, byte[] seed, int octets) {
        if (octets < 0 || octets > MAX_BLOCKS * length) {
            throw new IllegalArgumentException("prf+ of " + octets + " octets is outside of 0.." + MAX_BLOCKS * length);
        }
        Mac mac = init(key);
        byte[] out = new byte[octets];
        byte[] block = new byte[0];
        int counter = 1;
        for (int at = 0; at < octets; at += length) {
            mac.update(block);
            mac.update(seed);
            mac.update((byte) counter++);
            Arrays.fill(block, (byte) 0);
            block = mac.doFinal();
            System.arraycopy(block, 0, out, at, Math.min(length, octets - at));
        }
        Arrays.fill(block, (byte) 0);
        return Secret.wrap(out);
    }

    private Mac init(byte[] key) {
        try {
            Mac mac = Mac.getInstance(macName);
            mac.init(new SecretKeySpec(key, macName));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(macName + " is not to be had from this JVM's providers", e);
        }
    }

    @Override
    public String toString() {
        return "PRF-" + macName;
    }
}
