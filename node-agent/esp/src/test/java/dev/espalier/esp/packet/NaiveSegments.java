package dev.espalier.esp.packet;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** Segmentation as one would write it from the RFCs, octet by octet: what the fast one is compared with. */
final class NaiveSegments {
    private NaiveSegments() {}

    /** The packets that {@code whole} stands for; its checksum fields are not looked at. */
    static List<byte[]> cut(byte[] whole, int segmentSize) {
        boolean v6 = whole[0] >>> 4 == 6;
        int ip = v6 ? 40 : (whole[0] & 15) * 4;
        boolean tcp = whole[v6 ? 6 : 9] == 6;
        int header = ip + (tcp ? (whole[ip + 12] >>> 4 & 15) * 4 : 8);
        List<byte[]> cut = new ArrayList<>();
        for (int from = header; from < whole.length; from += segmentSize) {
            int to = Math.min(whole.length, from + segmentSize);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.write(whole, 0, header);
            bytes.write(whole, from, to - from);
            byte[] packet = bytes.toByteArray();
            if (v6) {
                put16(packet, 4, packet.length - 40);
            } else {
                put16(packet, 2, packet.length);
                put16(packet, 4, get16(whole, 4) + cut.size());
            }
            if (tcp) {
                int sequence = get16(whole, ip + 4) << 16 | get16(whole, ip + 6);
                sequence += from - header;
                put16(packet, ip + 4, sequence >>> 16);
                put16(packet, ip + 6, sequence);
                if (from > header) {
                    packet[ip + 13] = (byte) (packet[ip + 13] & ~0x80);
                }
                if (to < whole.length) {
                    packet[ip + 13] = (byte) (packet[ip + 13] & ~0x09);
                }
            } else {
                put16(packet, ip + 4, packet.length - ip);
            }
            complete(packet);
            cut.add(packet);
        }
        return cut;
    }

    /** Writes right checksums into a TCP or UDP packet without extension headers. */
    static void complete(byte[] packet) {
        boolean v6 = packet[0] >>> 4 == 6;
        int ip = v6 ? 40 : (packet[0] & 15) * 4;
        if (!v6) {
            put16(packet, 10, 0);
            put16(packet, 10, ~sum(packet, 0, ip, 0));
        }
        boolean tcp = packet[v6 ? 6 : 9] == 6;
        int field = ip + (tcp ? 16 : 6);
        put16(packet, field, 0);
        int checksum = ~sum(packet, ip, packet.length, pseudoHeader(packet)) & 0xffff;
        put16(packet, field, checksum == 0 && !tcp ? 0xffff : checksum);
    }

    /** The folded sum of a packet's pseudo-header. */
    static int pseudoHeader(byte[] packet) {
        boolean v6 = packet[0] >>> 4 == 6;
        int ip = v6 ? 40 : (packet[0] & 15) * 4;
        int from = v6 ? 8 : 12;
        return sum(packet, from, from + (v6 ? 32 : 8), packet[v6 ? 6 : 9] + packet.length - ip);
    }

    private static int sum(byte[] octets, int from, int to, int initial) {
        int sum = initial;
        for (int i = from; i < to; i += 2) {
            sum += (octets[i] & 255) << 8 | (i + 1 < to ? octets[i + 1] & 255 : 0);
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (sum & 0xffff) + (sum >>> 16);
    }

    static int get16(byte[] octets, int at) {
        return (octets[at] & 255) << 8 | octets[at + 1] & 255;
    }

    static void put16(byte[] octets, int at, int value) {
        octets[at] = (byte) (value >>> 8);
        octets[at + 1] = (byte) value;
    }
}
