package dev.espalier.ike.crypto;

import java.util.Arrays;
import java.util.Optional;

/** A truncated HMAC as integrity transform (RFC 4868 2.3): its key is as long as the hash, its ICV half of that. */
enum HmacIntegrity {
    HMAC_SHA2_256_128(12, Prf.HMAC_SHA2_256),
    HMAC_SHA2_384_192(13, Prf.HMAC_SHA2_384),
    HMAC_SHA2_512_256(14, Prf.HMAC_SHA2_512);

    private final int transformId;
    private final Prf hmac;

    HmacIntegrity(int transformId, Prf hmac) {
        this.transformId = transformId;
        this.hmac = hmac;
    }

    static Optional<HmacIntegrity> ofTransform(int transformId) {
        return Arrays.stream(values()).filter(i -> i.transformId == transformId).findFirst();
    }

    int keyLength() {
        return hmac.length();
    }

    int icvLength() {
        return hmac.length() / 2;
    }

    byte[] icv(byte[] key, byte[]... parts) {
        return Arrays.copyOf(hmac.mac(key, parts), icvLength());
    }
}
