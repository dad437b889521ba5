package dev.espalier.ike.proposal;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireReader;
import dev.espalier.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;

/** The body of an SA payload (RFC 7296 3.3): proposals, transforms, attributes. */
public final class SaProposalCodec {
    /** Proposals of one SA payload that we look at; numbers end at 255, and no sound offer comes near this. */
    public static final int MAX_PROPOSALS = 64;

    private static final int LAST = 0;
    private static final int MORE_PROPOSALS = 2;
    private static final int MORE_TRANSFORMS = 3;
    private static final int PROPOSAL_HEADER = 8;
    private static final int TRANSFORM_HEADER = 8;
    private static final int ATTRIBUTE_FIXED = 0x8000;
    private static final int ATTRIBUTE_KEY_LENGTH = 14;

    private SaProposalCodec() {}

    /** Reads all that {@code in} holds; throws {@link dev.espalier.wire.WireFormatException} when a length or count is wrong. */
    public static List<SaProposal> decode(WireReader in) {
        List<SaProposal> proposals = new ArrayList<>();
        boolean more = true;
        while (more) {
            if (proposals.size() == MAX_PROPOSALS) {
                throw in.fail("more than " + MAX_PROPOSALS + " proposals");
            }
            more = more(in, MORE_PROPOSALS);
            WireReader proposal = in.sub(bodyLength(in, PROPOSAL_HEADER, "proposal"), "proposal");
            proposals.add(proposal(proposal));
            proposal.finish();
        }
        in.finish();
        return proposals;
    }

    /** Writes the body; at least one proposal, each with at most 255 transforms. */
    public static void encode(List<SaProposal> proposals, WireWriter out) {
        for (int i = 0; i < proposals.size(); i++) {
            SaProposal proposal = proposals.get(i);
            List<Transform> transforms = proposal.proposal().transforms();
            int start = out.length();
            out.u8(i + 1 < proposals.size() ? MORE_PROPOSALS : LAST).u8(0);
            int length = out.reserve16();
            out.u8(proposal.number())
                    .u8(proposal.protocol().value())
                    .u8(proposal.spi().length())
                    .u8(transforms.size())
                    .octets(proposal.spi());
            for (int t = 0; t < transforms.size(); t++) {
                encode(transforms.get(t), t + 1 < transforms.size(), out);
            }
            out.patch16(length, out.length() - start);
        }
    }

    private static SaProposal proposal(WireReader in) {
        int number = in.u8("number");
        ProtocolId protocol = new ProtocolId(in.u8("protocol"));
        int spiSize = in.u8("SPI size");
        int count = in.u8("number of transforms");
        if (!fits(protocol, spiSize)) {
            throw in.fail("SPI of " + spiSize + " octets for " + protocol);
        }
        Octets spi = in.octets(spiSize, "SPI");
        List<Transform> transforms = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (more(in, MORE_TRANSFORMS) != (i + 1 < count)) {
                throw in.fail("transform " + (i + 1) + " of " + count + " is marked wrongly as last or not");
            }
            WireReader transform = in.sub(bodyLength(in, TRANSFORM_HEADER, "transform"), "transform");
            transforms.add(transform(transform));
            transform.finish();
        }
        return new SaProposal(number, spi, new Proposal(protocol, transforms));
    }

    private static boolean fits(ProtocolId protocol, int spiSize) {
        if (protocol.equals(ProtocolId.ESP) || protocol.equals(ProtocolId.AH)) {
            return spiSize == 4;
        }
        return !protocol.equals(ProtocolId.IKE) || spiSize == 0 || spiSize == 8;
    }

    private static Transform transform(WireReader in) {
        TransformType type = new TransformType(in.u8("transform type"));
        in.skip(1, "reserved");
        int id = in.u16("transform ID");
        int keyBits = 0;
        WireWriter others = new WireWriter();
        while (in.hasRemaining()) {
            int attribute = in.u16("attribute type");
            int value = in.u16("attribute value or length");
            boolean fixed = (attribute & ATTRIBUTE_FIXED) != 0;
            // A second, zero or long-form Key Length is none that we understand, which makes the transform unusable and
            // no more.
            if (fixed && attribute == (ATTRIBUTE_FIXED | ATTRIBUTE_KEY_LENGTH) && keyBits == 0 && value != 0) {
                keyBits = value;
            } else {
                others.u16(attribute).u16(value).octets(fixed ? Octets.EMPTY : in.octets(value, "attribute"));
            }
        }
        return new Transform(type, id, keyBits, others.toOctets());
    }

    private static void encode(Transform transform, boolean more, WireWriter out) {
        int start = out.length();
        out.u8(more ? MORE_TRANSFORMS : LAST).u8(0);
        int length = out.reserve16();
        out.u8(transform.type().value()).u8(0).u16(transform.id());
        if (transform.keyBits() != 0) {
            out.u16(ATTRIBUTE_FIXED | ATTRIBUTE_KEY_LENGTH).u16(transform.keyBits());
        }
        out.octets(transform.otherAttributes()).patch16(length, out.length() - start);
    }

    private static boolean more(WireReader in, int moreValue) {
        int value = in.u8("last substructure");
        in.skip(1, "reserved");
        if (value != LAST && value != moreValue) {
            throw in.fail("last substructure " + value);
        }
        return value == moreValue;
    }

    /** What follows the length field, which counts the four octets up to its own end. */
    private static int bodyLength(WireReader in, int header, String what) {
        int length = in.u16(what + " length");
        if (length < header) {
            throw in.fail(what + " length " + length);
        }
        return length - 4;
    }
}
