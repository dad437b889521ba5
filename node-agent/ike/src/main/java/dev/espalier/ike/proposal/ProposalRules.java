package dev.espalier.ike.proposal;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What makes a proposal sound as a whole (RFC 7296 3.3.3, RFC 5282 8, RFC 9370 2.2.2). */
final class ProposalRules {
    private ProposalRules() {}

    /** Why a proposal must not be offered, worded to follow its name; empty when it may. */
    static Optional<String> violation(Proposal proposal) {
        boolean ike = proposal.protocol().equals(ProtocolId.IKE);
        if (proposal.of(TransformType.ENCRYPTION).isEmpty()) {
            return Optional.of("has no encryption algorithm");
        }
        if (ike && proposal.of(TransformType.PRF).isEmpty()) {
            return Optional.of("has no PRF (such as prfsha256)");
        }
        if (ike && proposal.of(TransformType.KEY_EXCHANGE).stream().allMatch(Transform::isNone)) {
            return Optional.of("has no key exchange method (such as x25519)");
        }
        if (proposal.of(TransformType.KEY_EXCHANGE).isEmpty()
                && proposal.transforms().stream().anyMatch(t -> t.type().isAdditionalKeyExchange())) {
            return Optional.of("has additional key exchanges and no main one");
        }
        return integrityViolation(proposal);
    }

    /** IKE-22: an AEAD excludes integrity algorithms and any other cipher needs one. */
    static Optional<String> integrityViolation(Proposal proposal) {
        boolean plain = !proposal.of(TransformType.ENCRYPTION).stream().allMatch(ProposalRules::aead);
        List<Transform> integrity = proposal.of(TransformType.INTEGRITY);
        if (plain && (integrity.isEmpty() || integrity.stream().anyMatch(Transform::isNone))) {
            return Optional.of("encrypts without integrity");
        }
        return aeadViolation(proposal);
    }

    /** IKE-22: AEAD and other ciphers never stand in one proposal, nor does an integrity algorithm beside an AEAD. */
    static Optional<String> aeadViolation(Proposal proposal) {
        List<Transform> ciphers = proposal.of(TransformType.ENCRYPTION);
        if (ciphers.stream().noneMatch(ProposalRules::aead)) {
            return Optional.empty();
        }
        if (ciphers.stream().anyMatch(ProposalRules::plain)) {
            return Optional.of("mixes AEAD with other encryption algorithms");
        }
        return proposal.of(TransformType.INTEGRITY).stream().allMatch(Transform::isNone)
                ? Optional.empty()
                : Optional.of("has an integrity algorithm beside an AEAD");
    }

    /** A method serves in one key exchange at most (RFC 9370 2.2.2). */
    static boolean repeatsKeyExchange(Proposal choice) {
        Set<Integer> seen = new HashSet<>();
        return choice.transforms().stream()
                .filter(t ->
                        t.type().equals(TransformType.KEY_EXCHANGE) || t.type().isAdditionalKeyExchange())
                .filter(t -> !t.isNone())
                .anyMatch(t -> !seen.add(t.id()));
    }

    /** Any AEAD there is, also those we don't use: CCM, GCM, ChaCha20-Poly1305, the implicit-IV ones (RFC 8750), MGM. */
    private static boolean aead(Transform cipher) {
        int id = cipher.id();
        return (id >= 14 && id <= 16) || (id >= 18 && id <= 20) || (id >= 25 && id <= 35);
    }

    /** Any other cipher there is: DES to AES-CTR, Camellia. What is not registered yet may be either kind. */
    private static boolean plain(Transform cipher) {
        int id = cipher.id();
        return id <= 13 || id == 23 || id == 24;
    }
}
