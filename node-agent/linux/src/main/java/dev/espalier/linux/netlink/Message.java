package dev.espalier.linux.netlink;

import dev.espalier.wire.Octets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A received netlink message.
 *
 * @param body what follows the header
 */
record Message(int type, int flags, int sequence, Octets body) {
    /** The messages of one datagram; a length that does not fit ends the list, as in the kernel's own NLMSG_OK. */
    static List<Message> split(Octets datagram) {
        List<Message> messages = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(datagram.toArray()).order(ByteOrder.nativeOrder());
        int at = 0;
        while (datagram.length() - at >= Netlink.HEADER_BYTES) {
            int length = in.getInt(at);
            if (length < Netlink.HEADER_BYTES || length > datagram.length() - at) {
                break;
            }
            messages.add(new Message(
                    in.getShort(at + 4) & 0xffff,
                    in.getShort(at + 6) & 0xffff,
                    in.getInt(at + 8),
                    datagram.slice(at + Netlink.HEADER_BYTES, length - Netlink.HEADER_BYTES)));
            at += (length + 3) & ~3;
        }
        return messages;
    }

    /** The error number of an NLMSG_ERROR or NLMSG_DONE: 0 or positive. */
    int errno() {
        return body.length() < 4 ? 0 : -Attributes.i32(body, 0);
    }

    /** The kernel's explanation (NLMSGERR_ATTR_MSG), or the empty string. */
    String explanation() {
        if ((flags & Netlink.F_ACK_ATTRIBUTES) == 0) {
            return "";
        }
        // NLMSG_ERROR repeats the request behind the number, its header alone when capped; NLMSG_DONE has only the
        // number.
        int at = 4;
        if (type == Netlink.ERROR) {
            if (body.length() < 8) {
                return "";
            }
            at += (flags & Netlink.F_CAPPED) != 0 ? Netlink.HEADER_BYTES : (Attributes.i32(body, 4) + 3) & ~3;
        }
        return at > body.length() ? "" : Attributes.parse(body, at).text(1);
    }
}
