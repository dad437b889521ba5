package dev.espalier.ike.message;

import dev.espalier.ike.crypto.SkCipher;
import dev.espalier.ike.crypto.SkOpened;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Messages in Encrypted payloads: whole (RFC 7296 3.14) or in fragments (RFC 7383 2.5). */
public final class SkMessages {
    /** Fragments of one message, made or accepted (FRG-04). */
    public static final int MAX_FRAGMENTS = 128;

    /** IP packets that carry fragments to begin with (RFC 7383 2.5.1): what every IPv6 link takes. */
    public static final int INITIAL_PACKET_OCTETS = 1280;

    /** IP packets that carry fragments when bigger ones vanish (RFC 7383 2.5.1, 2.5.2): what every IPv4 host takes. */
    public static final int SMALLEST_IPV4_PACKET_OCTETS = 576;

    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int UDP_HEADER = 8;
    private static final int NON_ESP_MARKER = 4;
    private static final int FRAGMENT_FIELDS = 4;
    private static final int MAX_PAYLOAD_OCTETS = 0xffff;

    private SkMessages() {}

    /** Octets of the IKE message that fits an IP packet without options, with a non-ESP marker or without. */
    public static int messageOctets(int packetOctets, boolean v6, boolean nonEspMarker) {
        return packetOctets - (v6 ? IPV6_HEADER : IPV4_HEADER) - UDP_HEADER - (nonEspMarker ? NON_ESP_MARKER : 0);
    }

    /**
     * A whole message, whatever its size. Seals once: keep the octets for retransmission (IKE-51).
     *
     * @param cipher of our direction
     */
    public static Octets seal(Message message, SkCipher cipher) {
        return seal(message, MessageCodec.encodeInner(message.payloads()), cipher);
    }

    /**
     * A message in as few datagrams as possible of at most {@code maxOctets} each: whole when it fits, otherwise in fragments
     * (FRG-02). Seals once: keep the octets for retransmission (IKE-51). Only for peers that announced
     * IKEV2_FRAGMENTATION_SUPPORTED.
     *
     * @param cipher of our direction
     * @param maxOctets of one IKE message, see {@link #messageOctets}
     * @throws IllegalArgumentException when more than {@link #MAX_FRAGMENTS} would be needed
     */
    public static List<Octets> seal(Message message, SkCipher cipher, int maxOctets) {
        Octets inner = MessageCodec.encodeInner(message.payloads());
        if (IkeHeader.LENGTH + PayloadHeader.LENGTH + cipher.sealedLength(inner.length()) <= maxOctets) {
            return List.of(seal(message, inner, cipher));
        }
        int capacity = cipher.capacity(maxOctets - IkeHeader.LENGTH - PayloadHeader.LENGTH - FRAGMENT_FIELDS);
        // An empty message has one fragment as well.
        int total = capacity <= 0 ? Integer.MAX_VALUE : Math.max(1, Math.ceilDiv(inner.length(), capacity));
        if (total > MAX_FRAGMENTS) {
            throw new IllegalArgumentException(
                    inner.length() + " octets do not fit " + MAX_FRAGMENTS + " fragments of " + maxOctets);
        }
        List<Octets> fragments = new ArrayList<>();
        for (int number = 1; number <= total; number++) {
            int start = (number - 1) * capacity;
            Octets part = inner.slice(start, Math.min(capacity, inner.length() - start));
            PayloadType first = number == 1 ? PayloadCodec.firstType(message.payloads()) : PayloadType.NONE;
            WireWriter numbers = new WireWriter(FRAGMENT_FIELDS).u16(number).u16(total);
            fragments.add(seal(message.header(), PayloadType.SKF, first, numbers.toOctets(), part, cipher));
        }
        return List.copyOf(fragments);
    }

    /**
     * Verifies, decrypts and decodes a message.
     *
     * @param cipher of the peer's direction
     * @return never {@link Opened.Pending}
     */
    public static Opened open(Decoded.Encrypted encrypted, SkCipher cipher) {
        return switch (cipher.open(encrypted.preceding(), encrypted.sealed())) {
            case SkOpened.Authentic(Octets inner) ->
                authentic(encrypted.header(), encrypted.criticalOuter(), encrypted.firstInner(), inner);
            case SkOpened.Forged(String reason) -> new Opened.UnprotectedError("forged", reason);
            case SkOpened.Malformed(String reason) -> invalidSyntax(encrypted.header(), reason);
        };
    }

    /**
     * Whether the peer made these octets: asked before a stored reply is sent again for a repeated request (RFC 7383 2.6.1), and
     * before a message changes anything else.
     *
     * @param cipher of the peer's direction
     */
    public static boolean authentic(Decoded.Protected received, SkCipher cipher) {
        return cipher.open(received.preceding(), received.sealed()) instanceof SkOpened.Authentic;
    }

    /** Decodes what has been verified and decrypted, of one SK payload or of all fragments. */
    static Opened authentic(
            IkeHeader header, Optional<PayloadType> criticalOuter, PayloadType firstInner, Octets inner) {
        if (criticalOuter.isPresent()) {
            return unsupportedCritical(header, criticalOuter.get());
        }
        return switch (PayloadCodec.decode(firstInner, inner)) {
            case PayloadCodec.Chain.Payloads(List<Payload> payloads) -> {
                Message message = new Message(header, payloads);
                Optional<String> violation = MessageRules.violation(message, true);
                yield violation.isPresent()
                        ? invalidSyntax(header, violation.get())
                        : new Opened.Complete(message, firstInner, inner);
            }
            case PayloadCodec.Chain.UnsupportedCritical(PayloadType type) -> unsupportedCritical(header, type);
            case PayloadCodec.Chain.Malformed(String detail) -> invalidSyntax(header, detail);
        };
    }

    static Opened invalidSyntax(IkeHeader header, String detail) {
        return new Opened.ProtectedError(header, NotifyType.INVALID_SYNTAX, Octets.EMPTY, detail);
    }

    private static Opened unsupportedCritical(IkeHeader header, PayloadType type) {
        return new Opened.ProtectedError(
                header, NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD, Octets.of((byte) type.value()), "critical " + type);
    }

    private static Octets seal(Message message, Octets inner, SkCipher cipher) {
        PayloadType first = PayloadCodec.firstType(message.payloads());
        return seal(message.header(), PayloadType.SK, first, Octets.EMPTY, inner, cipher);
    }

    private static Octets seal(
            IkeHeader header, PayloadType type, PayloadType first, Octets fields, Octets inner, SkCipher cipher) {
        int payload = PayloadHeader.LENGTH + fields.length() + cipher.sealedLength(inner.length());
        if (payload > MAX_PAYLOAD_OCTETS) {
            throw new IllegalArgumentException(inner.length() + " octets of payloads do not fit one message");
        }
        WireWriter out = new WireWriter(IkeHeader.LENGTH + payload);
        MessageCodec.writeHeader(out, header, type, IkeHeader.LENGTH + payload);
        out.u8(first.value()).u8(0).u16(payload).octets(fields);
        Octets preceding = out.toOctets();
        return out.octets(cipher.seal(preceding, inner)).toOctets();
    }
}
