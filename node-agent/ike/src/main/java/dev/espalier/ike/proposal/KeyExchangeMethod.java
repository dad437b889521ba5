package dev.espalier.ike.proposal;

import java.util.Optional;

/**
 * The key exchange methods this engine knows (IANA "Key Exchange Method Transform IDs"). The ML-KEM ones come into use as
 * additional key exchanges (RFC 9370, draft-ietf-ipsecme-ikev2-mlkem).
 */
public enum KeyExchangeMethod {
    MODP_2048("modp2048", 14, false),
    MODP_3072("modp3072", 15, false),
    MODP_4096("modp4096", 16, false),
    ECP_256("ecp256", 19, false),
    ECP_384("ecp384", 20, false),
    ECP_521("ecp521", 21, false),
    /** RFC 8031. */
    X25519("x25519", 31, false),
    /** RFC 8031. */
    X448("x448", 32, false),
    ML_KEM_512("mlkem512", 35, true),
    ML_KEM_768("mlkem768", 36, true),
    ML_KEM_1024("mlkem1024", 37, true);

    private final String spelling;
    private final int id;
    private final boolean postQuantum;

    KeyExchangeMethod(String spelling, int id, boolean postQuantum) {
        this.spelling = spelling;
        this.id = id;
        this.postQuantum = postQuantum;
    }

    /** The method with this number in a KE payload or transform, when it is one of these. */
    public static Optional<KeyExchangeMethod> of(int id) {
        for (KeyExchangeMethod method : values()) {
            if (method.id == id) {
                return Optional.of(method);
            }
        }
        return Optional.empty();
    }

    /** The number in KE payloads, transforms and INVALID_KE_PAYLOAD. */
    public int id() {
        return id;
    }

    public boolean postQuantum() {
        return postQuantum;
    }

    /** As the main key exchange. */
    public Transform transform() {
        return new Transform(TransformType.KEY_EXCHANGE, id, 0);
    }

    /** As additional key exchange {@code n}, 1 to 7 (RFC 9370). */
    public Transform additional(int n) {
        return new Transform(TransformType.additionalKeyExchange(n), id, 0);
    }

    /** As strongSwan spells it. */
    @Override
    public String toString() {
        return spelling;
    }
}
