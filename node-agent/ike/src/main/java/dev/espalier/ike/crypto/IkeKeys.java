package dev.espalier.ike.crypto;

import java.util.List;

/** The seven keys of an IKE SA (RFC 7296 2.14). SK_ai and SK_ar are empty under an AEAD. Wiped together on {@link #close()}. */
public final class IkeKeys implements AutoCloseable {
    private static final int COUNT = 7;

    private final Secret skD;
    private final Secret skAi;
    private final Secret skAr;
    private final Secret skEi;
    private final Secret skEr;
    private final Secret skPi;
    private final Secret skPr;

    /** Cuts {@code stream} in the order of RFC 7296 2.14: SK_d, SK_ai, SK_ar, SK_ei, SK_er, SK_pi, SK_pr. */
    IkeKeys(byte[] stream, int prfLength, int integrityLength, int encryptionLength) {
        int at = 0;
        skD = Secret.slice(stream, at, prfLength);
        at += prfLength;
        skAi = Secret.slice(stream, at, integrityLength);
        at += integrityLength;
        skAr = Secret.slice(stream, at, integrityLength);
        at += integrityLength;
        skEi = Secret.slice(stream, at, encryptionLength);
        at += encryptionLength;
        skEr = Secret.slice(stream, at, encryptionLength);
        at += encryptionLength;
        skPi = Secret.slice(stream, at, prfLength);
        at += prfLength;
        skPr = Secret.slice(stream, at, prfLength);
    }

    private IkeKeys(List<Secret> all) {
        skD = all.get(0);
        skAi = all.get(1);
        skAr = all.get(2);
        skEi = all.get(3);
        skEr = all.get(4);
        skPi = all.get(5);
        skPr = all.get(6);
    }

    /** Those that {@link #inOrder()} gave, which it takes over; {@link IllegalArgumentException} when they are not seven. */
    public static IkeKeys of(List<Secret> inOrder) {
        if (inOrder.size() != COUNT) {
            throw new IllegalArgumentException(inOrder.size() + " keys of an IKE SA");
        }
        return new IkeKeys(inOrder);
    }

    /** All seven in the order of RFC 7296 2.14; they stay these keys' own. */
    public List<Secret> inOrder() {
        return List.of(skD, skAi, skAr, skEi, skEr, skPi, skPr);
    }

    static int streamLength(int prfLength, int integrityLength, int encryptionLength) {
        return 3 * prfLength + 2 * integrityLength + 2 * encryptionLength;
    }

    public Secret skD() {
        return skD;
    }

    public Secret skAi() {
        return skAi;
    }

    public Secret skAr() {
        return skAr;
    }

    /** With the salt at its end under an AEAD. */
    public Secret skEi() {
        return skEi;
    }

    /** With the salt at its end under an AEAD. */
    public Secret skEr() {
        return skEr;
    }

    public Secret skPi() {
        return skPi;
    }

    public Secret skPr() {
        return skPr;
    }

    @Override
    public void close() {
        skD.close();
        skAi.close();
        skAr.close();
        skEi.close();
        skEr.close();
        skPi.close();
        skPr.close();
    }

    @Override
    public String toString() {
        return "IkeKeys[redacted]";
    }
}
