package dev.espalier.ike.proposal;

/**
 * What one pair of ESP SAs was agreed to use.
 *
 * @param integrity {@link IntegrityAlgorithm#NONE} exactly with an AEAD
 * @param esn whether sequence numbers have 64 bits (RFC 4303 2.2.1)
 */
public record EspSuite(EncryptionAlgorithm encryption, IntegrityAlgorithm integrity, boolean esn) {
    public EspSuite {
        if (encryption.aead() != (integrity == IntegrityAlgorithm.NONE)) {
            throw new IllegalArgumentException(encryption + " with integrity '" + integrity + "'");
        }
    }

    /** From a chosen proposal; throws {@link IllegalArgumentException} when it is not one transform a type that we know. */
    public static EspSuite of(Proposal chosen) {
        return new EspSuite(
                chosen.single(TransformType.ENCRYPTION)
                        .flatMap(EncryptionAlgorithm::of)
                        .orElseThrow(() -> new IllegalArgumentException("no encryption in " + chosen)),
                chosen.single(TransformType.INTEGRITY)
                        .map(t -> IntegrityAlgorithm.of(t)
                                .orElseThrow(() -> new IllegalArgumentException("unknown integrity in " + chosen)))
                        .orElse(IntegrityAlgorithm.NONE),
                chosen.single(TransformType.SEQUENCE_NUMBERS)
                        .filter(Transform.ESN::equals)
                        .isPresent());
    }

    /** Transform id of the cipher (IANA "Encryption Algorithm Transform IDs"). */
    public int encryptionId() {
        return encryption.transform().id();
    }

    /** Bits of the cipher key, without the salt. */
    public int encryptionKeyBits() {
        return encryption.keyOctets() * 8;
    }

    /** Transform id of the integrity algorithm (IANA "Integrity Algorithm Transform IDs"); 0 for none. */
    public int integrityId() {
        return integrity.transform().id();
    }

    /** KEYMAT octets of one direction: cipher key and salt, then integrity key (RFC 7296 2.17). */
    public int keyMaterialOctets() {
        return encryption.keyMaterialOctets() + integrity.keyOctets();
    }

    /** As strongSwan spells it, such as {@code aes256gcm16-esn} or {@code aes256-sha256-noesn}. */
    @Override
    public String toString() {
        return encryption + (encryption.aead() ? "" : "-" + integrity) + (esn ? "-esn" : "-noesn");
    }
}
