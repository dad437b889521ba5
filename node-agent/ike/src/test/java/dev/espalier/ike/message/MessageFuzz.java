package dev.espalier.ike.message;

import dev.espalier.wire.Octets;
import java.util.List;

/**
 * The decoder's entry for fuzzers, named and shaped as Jazzer wants it: no input may throw, and what decodes has to encode to
 * something that decodes to the same.
 */
public final class MessageFuzz {
    /** Header and a notify of one octet of data: no one can use us to multiply traffic. */
    private static final int MAX_REFUSAL = IkeHeader.LENGTH + 9;

    private MessageFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        Octets input = Octets.of(data);
        switch (MessageCodec.decode(input)) {
            case Decoded.Cleartext(Message message, Octets raw) -> {
                check(raw.equals(input), "raw octets differ");
                Octets encoded = MessageCodec.encode(message);
                check(
                        MessageCodec.decode(encoded).equals(new Decoded.Cleartext(message, encoded)),
                        "does not survive encoding: " + message);
            }
            case Decoded.Protected received ->
                check(received.preceding().concat(received.sealed()).equals(input), "octets got lost");
            case Decoded.Refused refused ->
                check(MessageCodec.refusal(refused).length() <= MAX_REFUSAL, "a refusal longer than needed");
            case Decoded.UnprotectedError error -> check(!error.reason().isEmpty(), "no reason");
        }
        if (data.length > 0) {
            inner(new PayloadType(data[0] & 0xff), input.slice(1, data.length - 1));
        }
    }

    /** The same octets as if they had been decrypted: whoever holds the keys may be hostile as well. */
    private static void inner(PayloadType first, Octets octets) {
        switch (PayloadCodec.decode(first, octets)) {
            case PayloadCodec.Chain.Payloads(List<Payload> payloads) -> {
                Octets encoded = MessageCodec.encodeInner(payloads);
                check(encoded.length() == octets.length(), "another length");
                check(
                        PayloadCodec.decode(first, encoded).equals(new PayloadCodec.Chain.Payloads(payloads)),
                        "does not survive encoding: " + payloads);
            }
            case PayloadCodec.Chain.UnsupportedCritical(PayloadType type) ->
                check(!PayloadCodec.knows(type), "known type " + type);
            case PayloadCodec.Chain.Malformed(String detail) -> check(!detail.isEmpty(), "no detail");
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
