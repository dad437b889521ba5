package dev.espalier.ike.crypto;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import java.util.Arrays;
import java.util.List;

/**
 * How IKE's keys follow from one another. Pure; arguments are never closed or changed, results belong to the caller.
 *
 * <pre>
 *  g^ir, Ni, Nr ──initial──▶ SKEYSEED ──expand──▶ SK_d SK_ai SK_ar SK_ei SK_er SK_pi SK_pr        RFC 7296 2.14
 *  SK_d (old), SK(0) [, SK(1)..], Ni, Nr ──next──▶ SKEYSEED ──expand──▶ ...                        2.18, RFC 9370 2.2.2, 2.2.4
 *  SK_d [, SK(0) [, SK(1)..]], Ni, Nr ──child──▶ KEYMAT initiator→responder, responder→initiator   2.17, RFC 9370 2.2.4
 * </pre>
 */
public final class KeySchedule {
    private KeySchedule() {}

    /** SKEYSEED of an IKE SA that starts with IKE_SA_INIT (RFC 7296 2.14): {@code prf(Ni | Nr, g^ir)}. */
    public static Secret initialSeed(Prf prf, Secret shared, Octets nonceInitiator, Octets nonceResponder) {
        return Secret.wrap(prf.mac(nonceInitiator.concat(nonceResponder).toArray(), shared.octets()));
    }

    /**
     * SKEYSEED that follows from older keys: of a rekeyed IKE SA (RFC 7296 2.18), and after an additional key exchange in
     * IKE_INTERMEDIATE (RFC 9370 2.2.2): {@code prf(SK_d, SK(0) | Ni | Nr | SK(1) | ... SK(n))}.
     *
     * @param oldPrf the PRF of the IKE SA that {@code oldSkD} comes from
     * @param shared in order of the exchanges, at least one
     */
    public static Secret nextSeed(
            Prf oldPrf, Secret oldSkD, List<Secret> shared, Octets nonceInitiator, Octets nonceResponder) {
        if (shared.isEmpty()) {
            throw new IllegalArgumentException("an IKE SA is never rekeyed without a key exchange");
        }
        byte[] seed = seed(shared, nonceInitiator, nonceResponder);
        try {
            return Secret.wrap(oldPrf.mac(oldSkD.octets(), seed));
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }

    /** {@code prf+(SKEYSEED, Ni | Nr | SPIi | SPIr)} cut into the keys of an IKE SA (RFC 7296 2.14). */
    public static IkeKeys expand(
            Prf prf,
            SkAlgorithm algorithm,
            Secret seed,
            Octets nonceInitiator,
            Octets nonceResponder,
            long spiInitiator,
            long spiResponder) {
        int length =
                IkeKeys.streamLength(prf.length(), algorithm.integrityKeyLength(), algorithm.encryptionKeyLength());
        byte[] context = new WireWriter()
                .octets(nonceInitiator)
                .octets(nonceResponder)
                .i64(spiInitiator)
                .i64(spiResponder)
                .toArray();
        try (Secret stream = prf.plus(seed.octets(), context, length)) {
            return new IkeKeys(
                    stream.octets(), prf.length(), algorithm.integrityKeyLength(), algorithm.encryptionKeyLength());
        }
    }

    /**
     * Keys of a pair of child SAs (RFC 7296 2.17): {@code prf+(SK_d, [SK(0) |] Ni | Nr [| SK(1) | ...])}; the half of the SA from
     * initiator to responder comes first.
     *
     * @param shared in order of the exchanges; empty without perfect forward secrecy
     * @param keyLength octets for one direction: encryption key and salt or integrity key
     */
    public static ChildKeys child(
            Prf prf, Secret skD, List<Secret> shared, Octets nonceInitiator, Octets nonceResponder, int keyLength) {
        byte[] seed = seed(shared, nonceInitiator, nonceResponder);
        try (Secret stream = prf.plus(skD.octets(), seed, 2 * keyLength)) {
            return new ChildKeys(
                    Secret.slice(stream.octets(), 0, keyLength), Secret.slice(stream.octets(), keyLength, keyLength));
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }

    private static byte[] seed(List<Secret> shared, Octets nonceInitiator, Octets nonceResponder) {
        int length = nonceInitiator.length() + nonceResponder.length();
        for (Secret secret : shared) {
            length += secret.length();
        }
        byte[] seed = new byte[length];
        int at = shared.isEmpty() ? 0 : put(seed, 0, shared.getFirst().octets());
        nonceInitiator.copyTo(seed, at);
        at += nonceInitiator.length();
        nonceResponder.copyTo(seed, at);
        at += nonceResponder.length();
        for (int i = 1; i < shared.size(); i++) {
            at = put(seed, at, shared.get(i).octets());
        }
        return seed;
    }

    private static int put(byte[] target, int at, byte[] octets) {
        System.arraycopy(octets, 0, target, at, octets.length);
        return at + octets.length;
    }
}
