package dev.espalier.ike.message;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireFormatException;
import dev.espalier.wire.WireReader;
import dev.espalier.wire.WireWriter;
import java.util.List;
import java.util.Optional;

/** Outer codec of messages: the fixed header and the payloads up to the Encrypted one (RFC 7296 3.1, 3.2, 3.14; RFC 7383 2.5). */
public final class MessageCodec {
    /** Payloads of one message, outer or inner; RFC 7296 knows no limit, and no sound message comes near this. */
    public static final int MAX_PAYLOADS = 128;

    private static final int MAJOR_VERSION = 2;
    private static final int VERSION = MAJOR_VERSION << 4;
    private static final int FLAG_INITIATOR = 0x08;
    private static final int FLAG_RESPONSE = 0x20;
    private static final int FRAGMENT_FIELDS = 4;

    private MessageCodec() {}

    /** Decodes one datagram, without the non-ESP marker. Throws nothing, whatever the octets are. */
    public static Decoded decode(Octets datagram) {
        try {
            return new Decoder(datagram).decode();
        } catch (WireFormatException e) {
            return new Decoded.UnprotectedError("malformed", String.valueOf(e.getMessage()));
        }
    }

    /** A message without encryption. */
    public static Octets encode(Message message) {
        WireWriter out = new WireWriter();
        writeHeader(out, message.header(), PayloadCodec.firstType(message.payloads()), 0);
        PayloadCodec.encode(message.payloads(), out);
        out.patch32(IkeHeader.LENGTH - 4, out.length());
        return out.toOctets();
    }

    /** Payloads as they stand inside an Encrypted payload, without padding. */
    public static Octets encodeInner(List<Payload> payloads) {
        WireWriter out = new WireWriter();
        PayloadCodec.encode(payloads, out);
        return out.toOctets();
    }

    /** The stateless reply that a refused request gets: its header returned, and the notify alone (RFC 7296 2.5, 2.21.1). */
    public static Octets refusal(Decoded.Refused refused) {
        IkeHeader request = refused.header();
        IkeHeader header = new IkeHeader(
                request.spiInitiator(),
                request.spiResponder(),
                request.exchange(),
                !request.fromInitiator(),
                true,
                request.messageId());
        return encode(new Message(header, List.of(Payload.Notify.of(refused.notifyType(), refused.data()))));
    }

    static void writeHeader(WireWriter out, IkeHeader header, PayloadType first, int length) {
        int flags = (header.fromInitiator() ? FLAG_INITIATOR : 0) | (header.response() ? FLAG_RESPONSE : 0);
        out.i64(header.spiInitiator())
                .i64(header.spiResponder())
                .u8(first.value())
                .u8(VERSION)
                .u8(header.exchange().value())
                .u8(flags)
                .u32(header.messageId())
                .u32(length);
    }

    /** One pass over one datagram. */
    private static final class Decoder {
        private final Octets datagram;
        private final WireReader in;
        private Optional<PayloadType> criticalOuter = Optional.empty();

        Decoder(Octets datagram) {
            this.datagram = datagram;
            this.in = datagram.reader("IKE message");
        }

        Decoded decode() {
            long spiInitiator = in.i64("initiator SPI");
            long spiResponder = in.i64("responder SPI");
            PayloadType first = new PayloadType(in.u8("next payload"));
            int major = in.u8("version") >>> 4;
            ExchangeType exchange = new ExchangeType(in.u8("exchange type"));
            int flags = in.u8("flags");
            IkeHeader header = new IkeHeader(
                    spiInitiator,
                    spiResponder,
                    exchange,
                    (flags & FLAG_INITIATOR) != 0,
                    (flags & FLAG_RESPONSE) != 0,
                    in.u32("message ID"));
            long length = in.u32("length");
            if (major < MAJOR_VERSION) {
                return new Decoded.UnprotectedError("old version", "major version " + major);
            }
            if (length != datagram.length()) {
                throw in.fail("length " + length + " in a datagram of " + datagram.length() + " octets");
            }
            if (major > MAJOR_VERSION) {
                return laterVersion(header, major);
            }
            Optional<String> violation = MessageRules.violation(header);
            return violation.isPresent()
                    ? new Decoded.UnprotectedError("header not allowed", violation.get())
                    : payloads(header, first);
        }

        /** A response of another version is never answered: two such ends would not stop. Nor is noise. */
        private Decoded laterVersion(IkeHeader header, int major) {
            String detail = "major version " + major;
            return header.response() || header.spiInitiator() == 0
                    ? new Decoded.UnprotectedError("later version", detail)
                    : new Decoded.Refused(header, NotifyType.INVALID_MAJOR_VERSION, Octets.EMPTY, detail);
        }

        private Decoded payloads(IkeHeader header, PayloadType first) {
            int start = in.position();
            PayloadType type = first;
            for (int count = 0; !type.equals(PayloadType.NONE); count++) {
                if (count == MAX_PAYLOADS) {
                    return new Decoded.UnprotectedError("too many payloads", "more than " + MAX_PAYLOADS);
                }
                PayloadHeader payload = PayloadHeader.read(in);
                if (type.equals(PayloadType.SK)) {
                    return encrypted(header, payload);
                }
                if (type.equals(PayloadType.SKF)) {
                    return fragment(header, payload);
                }
                if (payload.critical() && !PayloadCodec.knows(type) && criticalOuter.isEmpty()) {
                    criticalOuter = Optional.of(type);
                }
                in.skip(payload.bodyLength(), "payload body");
                type = payload.next();
            }
            in.finish();
            return cleartext(header, first, datagram.slice(start, datagram.length() - start));
        }

        private Decoded cleartext(IkeHeader header, PayloadType first, Octets chain) {
            boolean answerable = header.exchange().equals(ExchangeType.IKE_SA_INIT) && !header.response();
            return switch (PayloadCodec.decode(first, chain)) {
                case PayloadCodec.Chain.Payloads(List<Payload> payloads) -> {
                    Message message = new Message(header, payloads);
                    yield MessageRules.violation(message, false)
                            .<Decoded>map(reason -> new Decoded.UnprotectedError("payloads not allowed", reason))
                            .orElseGet(() -> new Decoded.Cleartext(message, datagram));
                }
                case PayloadCodec.Chain.UnsupportedCritical(PayloadType type) ->
                    answerable
                            ? new Decoded.Refused(
                                    header,
                                    NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD,
                                    Octets.of((byte) type.value()),
                                    "critical " + type)
                            : new Decoded.UnprotectedError("unsupported critical payload", type.toString());
                case PayloadCodec.Chain.Malformed(String detail) -> new Decoded.UnprotectedError("malformed", detail);
            };
        }

        private Decoded encrypted(IkeHeader header, PayloadHeader sk) {
            Octets preceding = preceding(header, sk, 0);
            Octets sealed = in.rest();
            return new Decoded.Encrypted(header, criticalOuter, sk.next(), preceding, sealed, datagram);
        }

        private Decoded fragment(IkeHeader header, PayloadHeader skf) {
            if (skf.bodyLength() < FRAGMENT_FIELDS) {
                throw in.fail("SKF has " + skf.bodyLength() + " octets");
            }
            int number = in.u16("fragment number");
            int total = in.u16("total fragments");
            if (number == 0 || total == 0 || number > total) {
                return new Decoded.UnprotectedError("fragment number", number + " of " + total);
            }
            Octets preceding = preceding(header, skf, FRAGMENT_FIELDS);
            return new Decoded.Fragment(
                    header, criticalOuter, skf.next(), number, total, preceding, in.rest(), datagram);
        }

        private Octets preceding(IkeHeader header, PayloadHeader payload, int fieldsRead) {
            if (header.exchange().equals(ExchangeType.IKE_SA_INIT)) {
                throw in.fail("an Encrypted payload in IKE_SA_INIT");
            }
            if (payload.bodyLength() - fieldsRead != in.remaining()) {
                throw in.fail("the Encrypted payload is not the last");
            }
            return datagram.slice(0, in.position());
        }
    }
}
