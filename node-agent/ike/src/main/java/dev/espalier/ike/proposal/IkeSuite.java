package dev.espalier.ike.proposal;

import java.util.List;

/**
 * What one IKE SA was agreed to use.
 *
 * @param integrity {@link IntegrityAlgorithm#NONE} exactly with an AEAD
 * @param additional ADDKE1..7 in order (RFC 9370), those agreed as NONE left out
 */
public record IkeSuite(
        EncryptionAlgorithm encryption,
        IntegrityAlgorithm integrity,
        PrfAlgorithm prf,
        KeyExchangeMethod keyExchange,
        List<KeyExchangeMethod> additional) {
    public IkeSuite {
        additional = List.copyOf(additional);
        if (encryption.aead() != (integrity == IntegrityAlgorithm.NONE)) {
            throw new IllegalArgumentException(encryption + " with integrity '" + integrity + "'");
        }
    }

    /** From a chosen proposal; throws {@link IllegalArgumentException} when it is not one transform a type that we know. */
    public static IkeSuite of(Proposal chosen) {
        return new IkeSuite(
                chosen.single(TransformType.ENCRYPTION)
                        .flatMap(EncryptionAlgorithm::of)
                        .orElseThrow(() -> new IllegalArgumentException("no encryption in " + chosen)),
                chosen.single(TransformType.INTEGRITY)
                        .map(t -> IntegrityAlgorithm.of(t)
                                .orElseThrow(() -> new IllegalArgumentException("unknown integrity in " + chosen)))
                        .orElse(IntegrityAlgorithm.NONE),
                chosen.single(TransformType.PRF)
                        .flatMap(PrfAlgorithm::of)
                        .orElseThrow(() -> new IllegalArgumentException("no PRF in " + chosen)),
                chosen.keyExchange().orElseThrow(() -> new IllegalArgumentException("no key exchange in " + chosen)),
                chosen.additionalKeyExchanges());
    }

    /** Whether a method that withstands a quantum computer is among the key exchanges. */
    public boolean postQuantum() {
        return keyExchange.postQuantum() || additional.stream().anyMatch(KeyExchangeMethod::postQuantum);
    }

    /** As strongSwan spells it, such as {@code aes256gcm16-prfsha384-x25519-ke1_mlkem768}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(encryption);
        if (integrity != IntegrityAlgorithm.NONE) {
            text.append('-').append(integrity);
        }
        text.append('-').append(prf).append('-').append(keyExchange);
        for (int i = 0; i < additional.size(); i++) {
            text.append("-ke").append(i + 1).append('_').append(additional.get(i));
        }
        return text.toString();
    }
}
