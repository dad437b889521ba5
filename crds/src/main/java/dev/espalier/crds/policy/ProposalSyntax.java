package dev.espalier.crds.policy;

import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which spelled proposals this version takes. It knows strongSwan's tokens only so far as to tell what is right, what is not done
 * yet, and what is no algorithm; what they stand for on the wire is the IKE engine's business.
 */
final class ProposalSyntax {
    private enum Kind {
        ENCRYPTION,
        PRF,
        KEY_EXCHANGE,
        SEQUENCE_NUMBERS
    }

    private static final Map<String, Kind> SUPPORTED = Map.ofEntries(
            Map.entry("aes128gcm16", Kind.ENCRYPTION),
            Map.entry("aes256gcm16", Kind.ENCRYPTION),
            Map.entry("chacha20poly1305", Kind.ENCRYPTION),
            Map.entry("prfsha256", Kind.PRF),
            Map.entry("prfsha384", Kind.PRF),
            Map.entry("prfsha512", Kind.PRF),
            Map.entry("x25519", Kind.KEY_EXCHANGE),
            Map.entry("ecp256", Kind.KEY_EXCHANGE),
            Map.entry("ecp384", Kind.KEY_EXCHANGE),
            Map.entry("esn", Kind.SEQUENCE_NUMBERS),
            Map.entry("noesn", Kind.SEQUENCE_NUMBERS));

    private static final Map<String, String> ALIASES =
            Map.of("curve25519", "x25519", "aes128gcm128", "aes128gcm16", "aes256gcm128", "aes256gcm16");

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
        Parsed parsed = parse(field, text, reader);
        if (parsed.complete) {
            if (parsed.kinds.contains(Kind.SEQUENCE_NUMBERS)) {
                reader.add(Finding.invalid(field, "'" + text + "': esn and noesn are for ESP proposals"));
            }
            parsed.require(Kind.ENCRYPTION, "an encryption algorithm such as aes256gcm16", reader);
            parsed.require(Kind.PRF, "a PRF such as prfsha384", reader);
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
        Parsed parsed = parse(field, text, reader);
        if (parsed.complete) {
            if (parsed.kinds.contains(Kind.PRF)) {
                reader.add(Finding.invalid(field, "'" + text + "': a PRF is for IKE proposals"));
            }
            parsed.require(Kind.ENCRYPTION, "an encryption algorithm such as aes256gcm16", reader);
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

    private static Parsed parse(String field, String text, FieldReader reader) {
        Parsed parsed = new Parsed(field, text);
        for (String token : text.split("-", -1)) {
            String name = ALIASES.getOrDefault(token, token);
            Kind kind = SUPPORTED.get(name);
            if (kind != null) {
                parsed.kinds.add(kind);
                if (!parsed.tokens.add(name)) {
                    reader.add(Finding.invalid(field, "'" + text + "' names '" + token + "' twice"));
                }
                continue;
            }
            parsed.complete = false;
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

        String canonical() {
            return String.join("-", tokens);
        }
    }
}
