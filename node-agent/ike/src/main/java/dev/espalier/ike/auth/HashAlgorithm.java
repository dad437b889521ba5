package dev.espalier.ike.auth;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** IKEv2's hash algorithms for RFC 7427 signatures that we sign and verify with. SHA-1 (1) is left out on purpose (SIG-02). */
public enum HashAlgorithm {
    SHA2_256(2),
    SHA2_384(3),
    SHA2_512(4),
    /** Of schemes that hash by themselves (RFC 8420). */
    IDENTITY(5);

    private final int id;

    HashAlgorithm(int id) {
        this.id = id;
    }

    public int id() {
        return id;
    }

    /** Notification data of SIGNATURE_HASH_ALGORITHMS (RFC 7427 4). */
    public static Octets encode(Collection<HashAlgorithm> hashes) {
        WireWriter writer = new WireWriter();
        for (HashAlgorithm hash : hashes) {
            writer.u16(hash.id);
        }
        return writer.toOctets();
    }

    /** Those of a peer's SIGNATURE_HASH_ALGORITHMS that we know; an odd octet at the end is ignored like any unknown hash. */
    public static Set<HashAlgorithm> decode(Octets notificationData) {
        Set<HashAlgorithm> hashes = EnumSet.noneOf(HashAlgorithm.class);
        for (int i = 0; i + 1 < notificationData.length(); i += 2) {
            ofId(notificationData.get(i) << 8 | notificationData.get(i + 1)).ifPresent(hashes::add);
        }
        return hashes;
    }

    private static Optional<HashAlgorithm> ofId(int id) {
        return Arrays.stream(values()).filter(hash -> hash.id == id).findFirst();
    }
}
