package dev.espalier.ike.proposal;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** strongSwan's spelling of proposals: tokens joined by dashes, the type of each told by its name. */
final class Spelling {
    /** What strongSwan has a name for and nobody should use any more (ALG-02); named so that the error can say so. */
    private static final Set<String> WEAK = Set.of(
            "null",
            "des",
            "3des",
            "blowfish",
            "cast128",
            "md5",
            "md5_128",
            "sha",
            "sha1",
            "sha1_160",
            "aesxcbc",
            "prfmd5",
            "prfsha1",
            "prfaesxcbc",
            "modp768",
            "modp1024",
            "modp1536",
            "modp1024s160",
            "modp2048s224",
            "modp2048s256",
            "ecp192");

    private Spelling() {}

    static Proposal parse(String text, ProtocolId protocol) {
        Set<Transform> transforms = new LinkedHashSet<>();
        for (String token : text.split("-", -1)) {
            String name = token.toLowerCase(Locale.ROOT);
            if (WEAK.contains(name)) {
                throw refusal(text, "may not use '" + token + "', which is too weak");
            }
            Transform transform = transform(name, protocol)
                    .orElseThrow(() -> refusal(text, "has an unknown algorithm '" + token + "'"));
            if (!transforms.add(transform)) {
                throw refusal(text, "names '" + token + "' twice");
            }
        }
        Proposal parsed = completed(new Proposal(protocol, List.copyOf(transforms)));
        ProposalRules.violation(parsed).ifPresent(reason -> {
            throw refusal(text, reason);
        });
        return parsed;
    }

    static String print(Proposal proposal) {
        StringBuilder text = new StringBuilder();
        for (Transform transform : proposal.transforms()) {
            text.append(text.isEmpty() ? "" : "-").append(print(transform));
        }
        return text.toString();
    }

    static String print(Transform transform) {
        TransformType type = transform.type();
        Optional<? extends Enum<?>> known = Optional.empty();
        if (type.equals(TransformType.ENCRYPTION)) {
            known = EncryptionAlgorithm.of(transform);
        } else if (type.equals(TransformType.PRF)) {
            known = PrfAlgorithm.of(transform);
        } else if (type.equals(TransformType.INTEGRITY) && !transform.isNone()) {
            known = IntegrityAlgorithm.of(transform);
        } else if (type.equals(TransformType.KEY_EXCHANGE) && transform.keyBits() == 0) {
            known = KeyExchangeMethod.of(transform.id());
        } else if (type.equals(TransformType.SEQUENCE_NUMBERS)
                && (transform.equals(Transform.ESN) || transform.equals(Transform.NO_ESN))) {
            return transform.equals(Transform.ESN) ? "esn" : "noesn";
        } else if (type.isAdditionalKeyExchange()) {
            int n = type.value() - TransformType.SEQUENCE_NUMBERS.value();
            return "ke" + n + "_"
                    + (transform.isNone()
                            ? "none"
                            : KeyExchangeMethod.of(transform.id())
                                    .map(KeyExchangeMethod::toString)
                                    .orElseGet(() -> Integer.toString(transform.id())));
        }
        return known.map(Enum::toString)
                .orElseGet(() ->
                        type + ":" + transform.id() + (transform.keyBits() == 0 ? "" : "/" + transform.keyBits()));
    }

    /** Adds what the spelling leaves to be understood: the PRF of the integrity algorithm, and {@code noesn}. */
    private static Proposal completed(Proposal parsed) {
        List<Transform> transforms = new ArrayList<>(parsed.transforms());
        if (parsed.protocol().equals(ProtocolId.IKE)
                && parsed.of(TransformType.PRF).isEmpty()) {
            for (Transform integrity : parsed.of(TransformType.INTEGRITY)) {
                IntegrityAlgorithm.of(integrity).map(Spelling::prfOf).ifPresent(prf -> transforms.add(prf.transform()));
            }
        }
        if (parsed.protocol().equals(ProtocolId.ESP)
                && parsed.of(TransformType.SEQUENCE_NUMBERS).isEmpty()) {
            transforms.add(Transform.NO_ESN);
        }
        return new Proposal(parsed.protocol(), transforms);
    }

    private static PrfAlgorithm prfOf(IntegrityAlgorithm integrity) {
        return switch (integrity) {
            case NONE -> throw new IllegalArgumentException("no PRF follows from no integrity");
            case HMAC_SHA2_256_128 -> PrfAlgorithm.HMAC_SHA2_256;
            case HMAC_SHA2_384_192 -> PrfAlgorithm.HMAC_SHA2_384;
            case HMAC_SHA2_512_256 -> PrfAlgorithm.HMAC_SHA2_512;
        };
    }

    private static Optional<Transform> transform(String token, ProtocolId protocol) {
        boolean ike = protocol.equals(ProtocolId.IKE);
        if (token.matches("ke[1-7]_[a-z0-9]+")) {
            int n = token.charAt(2) - '0';
            String name = token.substring(4);
            if (name.equals("none")) {
                return Optional.of(new Transform(TransformType.additionalKeyExchange(n), 0, 0));
            }
            return keyExchange(name).map(method -> method.additional(n));
        }
        if (!ike && (token.equals("esn") || token.equals("noesn"))) {
            return Optional.of(token.equals("esn") ? Transform.ESN : Transform.NO_ESN);
        }
        for (PrfAlgorithm prf : PrfAlgorithm.values()) {
            if (ike && prf.toString().equals(token)) {
                return Optional.of(prf.transform());
            }
        }
        return encryption(token)
                .map(EncryptionAlgorithm::transform)
                .or(() -> integrity(token).map(IntegrityAlgorithm::transform))
                .or(() -> keyExchange(token).map(KeyExchangeMethod::transform));
    }

    private static Optional<EncryptionAlgorithm> encryption(String token) {
        String canonical = switch (token) {
            case "aes" -> "aes128";
            case "aes128gcm128" -> "aes128gcm16";
            case "aes256gcm128" -> "aes256gcm16";
            default -> token;
        };
        for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
            if (algorithm.toString().equals(canonical)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    private static Optional<IntegrityAlgorithm> integrity(String token) {
        String canonical = token.replaceFirst("^sha2_", "sha");
        for (IntegrityAlgorithm algorithm : IntegrityAlgorithm.values()) {
            if (algorithm != IntegrityAlgorithm.NONE && algorithm.toString().equals(canonical)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    private static Optional<KeyExchangeMethod> keyExchange(String token) {
        String canonical = switch (token) {
            case "curve25519" -> "x25519";
            case "curve448" -> "x448";
            default -> token;
        };
        for (KeyExchangeMethod method : KeyExchangeMethod.values()) {
            if (method.toString().equals(canonical)) {
                return Optional.of(method);
            }
        }
        return Optional.empty();
    }

    private static IllegalArgumentException refusal(String text, String reason) {
        return new IllegalArgumentException("proposal '" + text + "' " + reason);
    }
}
