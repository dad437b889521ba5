package dev.espalier.ike.message;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;

/**
 * What IntAuth covers of one IKE_INTERMEDIATE message (RFC 9242 3.3.2): everything up to the end of the Encrypted payload's header,
 * then the inner payloads, as if there were no IV, padding and ICV, and as if the message had not been cut into fragments.
 */
public final class IntermediateOctets {
    private static final int FRAGMENT_FIELDS = 4;
    private static final int NEXT_PAYLOAD = 16;
    private static final int LENGTH = 24;
    private static final int INT_OCTETS = 4;

    private IntermediateOctets() {}

    /** Of a message of ours. */
    public static Octets of(Message message) {
        Octets inner = MessageCodec.encodeInner(message.payloads());
        int payload = PayloadHeader.LENGTH + inner.length();
        WireWriter out = new WireWriter(IkeHeader.LENGTH + payload);
        MessageCodec.writeHeader(out, message.header(), PayloadType.SK, IkeHeader.LENGTH + payload);
        return out.u8(PayloadCodec.firstType(message.payloads()).value())
                .u8(0)
                .u16(payload)
                .octets(inner)
                .toOctets();
    }

    /**
     * Of a peer's message, with its reserved bits as they came.
     *
     * @param received the message, or the last of its fragments
     * @param opened what it turned out to hold
     */
    public static Octets of(Decoded.Protected received, Opened.Complete opened) {
        byte[] preceding = received.preceding().toArray();
        boolean fragment = received instanceof Decoded.Fragment;
        int length = preceding.length - (fragment ? FRAGMENT_FIELDS : 0);
        int payload = length - PayloadHeader.LENGTH;
        preceding[typeOf(preceding, payload)] = (byte) PayloadType.SK.value();
        preceding[payload] = (byte) opened.firstInner().value();
        int inner = opened.inner().length();
        put(preceding, payload + 2, PayloadHeader.LENGTH + inner, 2);
        put(preceding, LENGTH, length + inner, INT_OCTETS);
        return Octets.of(preceding, 0, length).concat(opened.inner());
    }

    /** Where the type of the payload that begins at {@code payload} stands: in the header of the one before. */
    private static int typeOf(byte[] preceding, int payload) {
        int type = NEXT_PAYLOAD;
        int at = IkeHeader.LENGTH;
        while (at < payload) {
            type = at;
            at += (preceding[at + 2] & 0xff) << 8 | preceding[at + 3] & 0xff;
        }
        return type;
    }

    private static void put(byte[] octets, int at, int value, int count) {
        for (int i = 0; i < count; i++) {
            octets[at + i] = (byte) (value >>> 8 * (count - 1 - i));
        }
    }
}
