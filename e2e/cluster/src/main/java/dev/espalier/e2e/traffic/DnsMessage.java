package dev.espalier.e2e.traffic;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * As much of a DNS message (RFC 1035 section 4) as one question and its A or TXT answers take.
 *
 * @param id        the transaction
 * @param response  QR
 * @param truncated TC: the answer did not fit, ask again over TCP
 * @param code      RCODE; 0 is success, 3 is "no such name"
 * @param name      the question's name in lower case, without the last dot
 * @param type      the question's type, {@link #A} or {@link #TXT} or what else was asked
 * @param answers   addresses or texts
 */
record DnsMessage(int id, boolean response, boolean truncated, int code, String name, int type, List<String> answers) {
    static final int A = 1;
    static final int TXT = 16;
    static final int NO_SUCH_NAME = 3;
    /** What a datagram may hold without EDNS (RFC 1035 section 4.2.1). */
    static final int UDP_OCTETS = 512;

    static DnsMessage question(int id, String name, int type) {
        return new DnsMessage(id, false, false, 0, name, type, List.of());
    }

    DnsMessage answer(int code, List<String> answers) {
        return new DnsMessage(id, true, false, code, name, type, answers);
    }

    /** The form for a datagram: without its answers and with TC when they do not fit. */
    byte[] encodeForUdp() {
        byte[] whole = encode();
        return whole.length <= UDP_OCTETS
                ? whole
                : new DnsMessage(id, response, true, code, name, type, List.of()).encode();
    }

    byte[] encode() {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(octets)) {
            out.writeShort(id);
            // RD is copied into every message; this server recurses for nobody and says so by leaving RA away.
            out.writeShort((response ? 0x8400 : 0) | (truncated ? 0x0200 : 0) | 0x0100 | code);
            out.writeShort(1);
            out.writeShort(answers.size());
            out.writeInt(0);
            writeName(out);
            out.writeShort(type);
            out.writeShort(1);
            for (String answer : answers) {
                // A pointer to the question's name, which stands at octet 12 (RFC 1035 section 4.1.4).
                out.writeShort(0xC00C);
                out.writeShort(type);
                out.writeShort(1);
                out.writeInt(1);
                byte[] data = data(answer);
                out.writeShort(data.length);
                out.write(data);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return octets.toByteArray();
    }

    private void writeName(DataOutputStream out) throws IOException {
        for (String label : name.split("\\.", -1)) {
            byte[] octets = label.getBytes(StandardCharsets.US_ASCII);
            if (octets.length == 0 || octets.length > 63) {
                throw new IllegalArgumentException("'" + label + "' is no label");
            }
            out.writeByte(octets.length);
            out.write(octets);
        }
        out.writeByte(0);
    }

    private byte[] data(String answer) throws IOException {
        if (type == A) {
            return InetAddress.ofLiteral(answer).getAddress();
        }
        byte[] text = answer.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(text.length + 1)
                .put((byte) text.length)
                .put(text)
                .array();
    }

    /** Reads a message; anything that is not one is an {@link IllegalArgumentException}. */
    static DnsMessage decode(byte[] octets) {
        try {
            ByteBuffer in = ByteBuffer.wrap(octets);
            int id = in.getShort() & 0xFFFF;
            int flags = in.getShort() & 0xFFFF;
            if (in.getShort() != 1) {
                throw new IllegalArgumentException("not one question");
            }
            int count = in.getShort() & 0xFFFF;
            in.getInt();
            String name = readName(in);
            int type = in.getShort() & 0xFFFF;
            in.getShort();
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                readName(in);
                int answerType = in.getShort() & 0xFFFF;
                in.getShort();
                in.getInt();
                byte[] data = new byte[in.getShort() & 0xFFFF];
                in.get(data);
                if (answerType == type) {
                    answers.add(text(type, data));
                }
            }
            return new DnsMessage(
                    id, (flags & 0x8000) != 0, (flags & 0x0200) != 0, flags & 0xF, name, type, List.copyOf(answers));
        } catch (BufferUnderflowException | IOException e) {
            throw new IllegalArgumentException("no DNS message", e);
        }
    }

    private static String text(int type, byte[] data) throws IOException {
        return type == A
                ? InetAddress.getByAddress(data).getHostAddress()
                : new String(data, 1, data.length - 1, StandardCharsets.US_ASCII);
    }

    private static String readName(ByteBuffer in) {
        List<String> labels = new ArrayList<>();
        for (int length = in.get() & 0xFF; length != 0; length = in.get() & 0xFF) {
            if (length >= 0xC0) {
                in.get();
                return String.join(".", labels);
            }
            byte[] label = new byte[length];
            in.get(label);
            labels.add(new String(label, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT));
        }
        return String.join(".", labels);
    }
}
