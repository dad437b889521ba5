package dev.espalier.crds.policy;

import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which spelled proposals this version takes. It knows strongSwan's tokens only so far as to tell what is right, what is not done
 * yet, and what is no algorithm; what they stand for on the wire is the IKE engine's business.
 */
final class ProposalSyntax {
    private enum Kind {
        CIPHER,
        AEAD,
        INTEGRITY,
        PRF,
        KEY_EXCHANGE,
        /** RFC 9370: {@code ke1_} to {@code ke7_} before a key exchange, an ML-KEM or {@code none}. */
        ADDITIONAL_KEY_EXCHANGE,
        SEQUENCE_NUMBERS
    }

    /** For IKE and ESP. */
    private static final Map<String, Kind> COMMON = Map.ofEntries(
            Map.entry("aes128gcm16", Kind.AEAD),
            Map.entry("aes256gcm16", Kind.AEAD),
            Map.entry("chacha20poly1305", Kind.AEAD),
            Map.entry("x25519", Kind.KEY_EXCHANGE),
            Map.entry("x448", Kind.KEY_EXCHANGE),
            Map.entry("ecp256", Kind.KEY_EXCHANGE),
            Map.entry("ecp384", Kind.KEY_EXCHANGE),
            Map.entry("ecp521", Kind.KEY_EXCHANGE),
            Map.entry("modp2048", Kind.KEY_EXCHANGE),
            Map.entry("modp3072", Kind.KEY_EXCHANGE),
            Map.entry("modp4096", Kind.KEY_EXCHANGE));

    private static final Pattern ADDITIONAL = Pattern.compile("ke[1-7]_[a-z0-9]+");
    private static final Set<String> ML_KEM = Set.of("mlkem512", "mlkem768", "mlkem1024");

    private static final Map<String, Kind> IKE = Map.of(
            "aes128",
            Kind.CIPHER,
            "aes256",
            Kind.CIPHER,
            "sha256",
            Kind.INTEGRITY,
            "sha384",
            Kind.INTEGRITY,
            "sha512",
            Kind.INTEGRITY,
            "prfsha256",
            Kind.PRF,
            "prfsha384",
            Kind.PRF,
            "prfsha512",
            Kind.PRF);

    private static final Map<String, Kind> ESP = Map.of("esn", Kind.SEQUENCE_NUMBERS, "noesn", Kind.SEQUENCE_NUMBERS);

    private static final Map<String, String> ALIASES = Map.ofEntries(
            Map.entry("aes", "aes128"),
            Map.entry("aes128gcm128", "aes128gcm16"),
            Map.entry("aes256gcm128", "aes256gcm16"),
            Map.entry("sha2_256", "sha256"),
            Map.entry("sha2_384", "sha384"),
            Map.entry("sha2_512", "sha512"),
            Map.entry("curve25519", "x25519"),
            Map.entry("curve448", "x448"));

    /** Spellings of strongSwan that are algorithms, but not of this version. */
    private static final Pattern KNOWN = Pattern.compile(
            "(aes|camellia)(128|192|256)?((gcm|ccm)(8|12|16|64|96|128)|ctr|gmac)?"
                    + "|aesxcbc|aescmac|3des|des|cast128|blowfish(128|192|256)?|null|chacha20poly1305(compat)?"
                    + "|md5(_128)?|sha|sha1(_160)?|sha(2_)?(256|384|512)(_96)?"
                    + "|prf(md5|sha1|sha256|sha384|sha512|aesxcbc|aescmac|camelliaxcbc)"
                    + "|modp(768|1024|1536|2048|3072|4096|6144|8192|1024s160|2048s224|2048s256)"
                    + "|ecp(192|224|521|224bp|256bp|384bp|512bp)|curve448|x448|mlkem(512|768|1024)|ke[1-7]_[a-z0-9]+|modpnone");

    private ProposalSyntax() {}

    /**
     * An IKE proposal in one spelling for each algorithm.
     *
     * @return the text, unchanged but for aliases; what is wrong goes to {@code reader}
     */
    static String ike(String field, String text, FieldReader reader) {
        Parsed parsed = parse(field, text, IKE, ESP, reader);
        if (parsed.complete) {
            parsed.requireEncryption(reader);
            // As strongSwan has it, the PRF follows from the integrity algorithm when there is one.
            if (!parsed.kinds.contains(Kind.INTEGRITY)) {
                parsed.require(Kind.PRF, "a PRF such as prfsha384", reader);
            }
            parsed.require(Kind.KEY_EXCHANGE, "a key exchange such as x25519", reader);
        }
        return parsed.canonical();
    }

    /**
     * An ESP proposal in one spelling for each algorithm.
     *
     * @param esn which sequence numbers to propose when the text names none
     * @return the text with {@code esn} or {@code noesn} in it; what is wrong goes to {@code reader}
     */
    static String esp(String field, String text, boolean esn, FieldReader reader) {
        Parsed parsed = parse(field, text, ESP, IKE, reader);
        if (parsed.complete) {
            parsed.requireEncryption(reader);
            if (parsed.kinds.contains(Kind.ADDITIONAL_KEY_EXCHANGE)) {
                parsed.require(Kind.KEY_EXCHANGE, "a key exchange beside the additional ones", reader);
            }
        }
        if (!parsed.kinds.contains(Kind.SEQUENCE_NUMBERS)) {
            parsed.tokens.add(esn ? "esn" : "noesn");
        }
        return parsed.canonical();
    }

    /** Whether 32-bit sequence numbers may come out of {@code canonical}. */
    static boolean allowsNoEsn(String canonical) {
        return Set.of(canonical.split("-")).contains("noesn");
    }

    private static @Nullable Kind kind(String name, Map<String, Kind> own) {
        if (ADDITIONAL.matcher(name).matches()) {
            String method = name.substring(name.indexOf('_') + 1);
            boolean known = ML_KEM.contains(method) || method.equals("none") || COMMON.get(method) == Kind.KEY_EXCHANGE;
            return known ? Kind.ADDITIONAL_KEY_EXCHANGE : null;
        }
        return COMMON.getOrDefault(name, own.get(name));
    }

    private static Parsed parse(
            String field, String text, Map<String, Kind> own, Map<String, Kind> others, FieldReader reader) {
        Parsed parsed = new Parsed(field, text);
        for (String token : text.split("-", -1)) {
            String name = ALIASES.getOrDefault(token, token);
            Kind kind = kind(name, own);
            if (kind != null) {
                parsed.kinds.add(kind);
                if (!parsed.tokens.add(name)) {
                    reader.add(Finding.invalid(field, "'" + text + "' names '" + token + "' twice"));
                }
                continue;
            }
            parsed.complete = false;
            if (others.get(name) == Kind.PRF || others.get(name) == Kind.SEQUENCE_NUMBERS) {
                reader.add(Finding.invalid(
                        field,
                        "'" + token + "' in '" + text + "' is for " + (own.equals(ESP) ? "IKE" : "ESP")
                                + " proposals"));
                continue;
            }
            reader.add(
                    KNOWN.matcher(token).matches()
                            ? Finding.notSupported(
                                    field, "'" + token + "' in '" + text + "' is not supported by this version")
                            : Finding.invalid(field, "'" + token + "' in '" + text + "' is no algorithm"));
        }
        return parsed;
    }

    private static final class Parsed {
        private final String field;
        private final String text;
        private final Set<String> tokens = new LinkedHashSet<>();
        private final Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        private boolean complete = true;

        Parsed(String field, String text) {
            this.field = field;
            this.text = text;
        }

        void require(Kind kind, String what, FieldReader reader) {
            if (!kinds.contains(kind)) {
                reader.add(Finding.invalid(field, "'" + text + "' lacks " + what));
            }
        }

        void requireEncryption(FieldReader reader) {
            boolean aead = kinds.contains(Kind.AEAD);
            boolean integrity = kinds.contains(Kind.INTEGRITY);
            if (!aead) {
                require(Kind.CIPHER, "an encryption algorithm such as aes256gcm16", reader);
            }
            if (aead && (integrity || kinds.contains(Kind.CIPHER))) {
                reader.add(Finding.invalid(
                        field,
                        "'" + text + "' mixes an AEAD such as aes256gcm16 with what is no AEAD; write two proposals"));
            } else if (kinds.contains(Kind.CIPHER) && !integrity) {
                reader.add(Finding.invalid(field, "'" + text + "' encrypts without integrity; add one such as sha256"));
            }
        }

        String canonical() {
            return String.join("-", tokens);
        }
    }
}
