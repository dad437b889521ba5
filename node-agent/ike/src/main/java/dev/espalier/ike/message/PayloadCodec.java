package dev.espalier.ike.message;

import dev.espalier.ike.proposal.ProtocolId;
import dev.espalier.ike.proposal.SaProposalCodec;
import dev.espalier.ike.selector.TrafficSelectorCodec;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireFormatException;
import dev.espalier.wire.WireReader;
import dev.espalier.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Codec of chains of payloads that are not encrypted, or not any more (RFC 7296 3.2 to 3.16). */
final class PayloadCodec {
    private static final int ESP_SPI = 4;
    private static final int IKE_SPI = 8;

    /** Every type with a record of its own; SK and SKF stand outside of chains. */
    private static final Set<PayloadType> KNOWN = Set.of(
            PayloadType.SA,
            PayloadType.KE,
            PayloadType.ID_I,
            PayloadType.ID_R,
            PayloadType.CERT,
            PayloadType.CERTREQ,
            PayloadType.AUTH,
            PayloadType.NONCE,
            PayloadType.NOTIFY,
            PayloadType.DELETE,
            PayloadType.VENDOR_ID,
            PayloadType.TS_I,
            PayloadType.TS_R,
            PayloadType.CP,
            PayloadType.EAP);

    private PayloadCodec() {}

    /** What a chain of payloads turned out to be. */
    sealed interface Chain {
        record Payloads(List<Payload> payloads) implements Chain {}

        record UnsupportedCritical(PayloadType type) implements Chain {}

        record Malformed(String detail) implements Chain {}
    }

    static boolean knows(PayloadType type) {
        return KNOWN.contains(type);
    }

    static PayloadType firstType(List<Payload> payloads) {
        return payloads.isEmpty() ? PayloadType.NONE : payloads.getFirst().type();
    }

    /** Decodes exactly all of {@code octets}. */
    static Chain decode(PayloadType first, Octets octets) {
        List<Payload> payloads = new ArrayList<>();
        try {
            WireReader in = octets.reader("payloads");
            PayloadType type = first;
            while (!type.equals(PayloadType.NONE)) {
                if (payloads.size() == MessageCodec.MAX_PAYLOADS) {
                    return new Chain.Malformed("more than " + MessageCodec.MAX_PAYLOADS + " payloads");
                }
                PayloadHeader header = PayloadHeader.read(in);
                // The critical bit says something about types that are not known alone (RFC 7296 2.5).
                if (header.critical() && !knows(type) && !encrypted(type)) {
                    return new Chain.UnsupportedCritical(type);
                }
                WireReader body = in.sub(header.bodyLength(), type.toString());
                payloads.add(payload(type, body));
                body.finish();
                type = header.next();
            }
            in.finish();
            return new Chain.Payloads(payloads);
        } catch (WireFormatException e) {
            return new Chain.Malformed(String.valueOf(e.getMessage()));
        }
    }

    static void encode(List<Payload> payloads, WireWriter out) {
        for (int i = 0; i < payloads.size(); i++) {
            int start = out.length();
            PayloadType next = i + 1 < payloads.size() ? payloads.get(i + 1).type() : PayloadType.NONE;
            out.u8(next.value()).u8(0);
            int length = out.reserve16();
            body(payloads.get(i), out);
            out.patch16(length, out.length() - start);
        }
    }

    private static boolean encrypted(PayloadType type) {
        return type.equals(PayloadType.SK) || type.equals(PayloadType.SKF);
    }

    private static Payload payload(PayloadType type, WireReader in) {
        if (encrypted(type)) {
            throw in.fail("not allowed inside of an Encrypted payload");
        }
        return switch (type.value()) {
            case 33 -> new Payload.Sa(SaProposalCodec.decode(in));
            case 34 -> keyExchange(in);
            case 35, 36 -> identification(type, in);
            case 37 -> new Payload.Certificate(new CertEncoding(in.u8("encoding")), in.rest());
            case 38 -> new Payload.CertificateRequest(new CertEncoding(in.u8("encoding")), in.rest());
            case 39 -> authentication(in);
            case 40 -> nonce(in);
            case 41 -> notification(in);
            case 42 -> delete(in);
            case 43 -> new Payload.VendorId(in.rest());
            case 44, 45 -> trafficSelectors(type, in);
            case 47 -> new Payload.Configuration(in.rest());
            case 48 -> new Payload.Eap(in.rest());
            default -> new Payload.Unknown(type, in.rest());
        };
    }

    private static Payload keyExchange(WireReader in) {
        int method = in.u16("method");
        in.skip(2, "reserved");
        return new Payload.KeyExchange(method, in.rest());
    }

    private static Payload identification(PayloadType type, WireReader in) {
        if (in.remaining() < Payload.Identification.DATA_OFFSET) {
            throw in.fail(in.remaining() + " octets are no identification");
        }
        return new Payload.Identification(type.equals(PayloadType.ID_I), in.rest());
    }

    private static Payload authentication(WireReader in) {
        AuthMethod method = new AuthMethod(in.u8("method"));
        in.skip(3, "reserved");
        return new Payload.Authentication(method, in.rest());
    }

    private static Payload nonce(WireReader in) {
        if (in.remaining() < Payload.Nonce.MIN_OCTETS || in.remaining() > Payload.Nonce.MAX_OCTETS) {
            throw in.fail("a nonce of " + in.remaining() + " octets");
        }
        return new Payload.Nonce(in.rest());
    }

    private static Payload notification(WireReader in) {
        ProtocolId protocol = new ProtocolId(in.u8("protocol"));
        int spiSize = in.u8("SPI size");
        NotifyType type = new NotifyType(in.u16("type"));
        if (spiSize != 0 && !spiFits(protocol, spiSize)) {
            throw in.fail("SPI of " + spiSize + " octets for " + protocol);
        }
        return new Payload.Notify(protocol, in.octets(spiSize, "SPI"), type, in.rest());
    }

    private static Payload delete(WireReader in) {
        ProtocolId protocol = new ProtocolId(in.u8("protocol"));
        int spiSize = in.u8("SPI size");
        int count = in.u16("number of SPIs");
        boolean ike = protocol.equals(ProtocolId.IKE);
        boolean fits = ike ? spiSize == 0 && count == 0 : spiSize != 0 && spiFits(protocol, spiSize);
        if (!fits) {
            throw in.fail(count + " SPIs of " + spiSize + " octets for " + protocol);
        }
        // The count is the peer's word, up to 65535: it must fit before anything is sized by it.
        if ((long) spiSize * count != in.remaining()) {
            throw in.fail(count + " SPIs of " + spiSize + " octets in " + in.remaining());
        }
        List<Octets> spis = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            spis.add(in.octets(spiSize, "SPI"));
        }
        return new Payload.Delete(protocol, spis);
    }

    private static Payload trafficSelectors(PayloadType type, WireReader in) {
        TrafficSelectorCodec.Selectors selectors = TrafficSelectorCodec.decode(in);
        return new Payload.TrafficSelectors(type.equals(PayloadType.TS_I), selectors.ranges(), selectors.unknown());
    }

    private static boolean spiFits(ProtocolId protocol, int octets) {
        if (protocol.equals(ProtocolId.ESP) || protocol.equals(ProtocolId.AH)) {
            return octets == ESP_SPI;
        }
        return !protocol.equals(ProtocolId.IKE) || octets == IKE_SPI;
    }

    private static void body(Payload payload, WireWriter out) {
        switch (payload) {
            case Payload.Sa sa -> SaProposalCodec.encode(sa.proposals(), out);
            case Payload.KeyExchange ke -> out.u16(ke.method()).u16(0).octets(ke.data());
            case Payload.Identification id -> out.octets(id.body());
            case Payload.Certificate cert -> out.u8(cert.encoding().value()).octets(cert.data());
            case Payload.CertificateRequest request ->
                out.u8(request.encoding().value()).octets(request.authorities());
            case Payload.Authentication auth ->
                out.u8(auth.method().value()).zeros(3).octets(auth.data());
            case Payload.Nonce nonce -> out.octets(nonce.data());
            case Payload.Notify notify ->
                out.u8(notify.protocol().value())
                        .u8(notify.spi().length())
                        .u16(notify.notifyType().value())
                        .octets(notify.spi())
                        .octets(notify.data());
            case Payload.Delete delete -> {
                int spiSize = delete.spis().isEmpty()
                        ? delete.protocol().equals(ProtocolId.IKE) ? 0 : ESP_SPI
                        : delete.spis().getFirst().length();
                out.u8(delete.protocol().value()).u8(spiSize).u16(delete.spis().size());
                delete.spis().forEach(out::octets);
            }
            case Payload.VendorId vendor -> out.octets(vendor.data());
            case Payload.TrafficSelectors ts -> TrafficSelectorCodec.encode(ts.selectors(), ts.unknown(), out);
            case Payload.Configuration cp -> out.octets(cp.body());
            case Payload.Eap eap -> out.octets(eap.body());
            case Payload.Unknown unknown -> out.octets(unknown.body());
        }
    }
}
