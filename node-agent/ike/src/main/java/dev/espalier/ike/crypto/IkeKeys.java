package dev.espalier.ike.crypto;

/** The seven keys of an IKE SA (RFC 7296 2.14). SK_ai and SK_ar are empty under an AEAD. Wiped together on {@link #close()}. */
public final class IkeKeys implements AutoCloseable {
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
