package dev.espalier.esp.packet;

import java.util.Random;

/** Inner packets of all shapes, most of them such that they could be put together with the one before. */
final class RandomTraffic {
    private static final int FLOWS = 5;

    private final Random random;
    private final Flow[] flows = new Flow[FLOWS];

    /** What goes on in one direction of a connection. */
    private static final class Flow {
        boolean v6;
        boolean tcp;
        boolean dontFragment;
        int port;
        int sequence;
        int acknowledged;
        int identification;
        int segment;
        byte[] options = new byte[0];
    }

    RandomTraffic(Random random) {
        this.random = random;
        for (int i = 0; i < FLOWS; i++) {
            Flow flow = new Flow();
            flow.v6 = random.nextBoolean();
            flow.tcp = random.nextInt(3) > 0;
            flow.dontFragment = random.nextBoolean();
            flow.port = 1000 + i;
            flow.sequence = random.nextInt();
            flow.acknowledged = random.nextInt();
            flow.identification = random.nextInt();
            flow.segment = 1 + random.nextInt(600);
            flow.options = new byte[4 * random.nextInt(11)];
            random.nextBytes(flow.options);
            flows[i] = flow;
        }
    }

    /** The next packet of some flow. */
    byte[] next() {
        Flow flow = flows[random.nextInt(4) == 0 ? random.nextInt(FLOWS) : 0];
        int payload = random.nextInt(8) == 0 ? random.nextInt(flow.segment + 20) : flow.segment;
        byte[] packet = packet(flow, payload, flow.tcp ? flags() : 0);
        disturb(flow, packet);
        flow.identification++;
        flow.sequence += payload;
        return packet;
    }

    /** One that stands for several, as a kernel hands it to a TUN device: its checksum field holds the pseudo-header's sum. */
    byte[] large(int payload) {
        Flow flow = flows[random.nextInt(FLOWS)];
        byte[] packet = packet(flow, payload, random.nextInt(256));
        int ip = flow.v6 ? 40 : 20;
        NaiveSegments.put16(packet, ip + (flow.tcp ? 16 : 6), NaiveSegments.pseudoHeader(packet));
        return packet;
    }

    /** Mostly plain ACK; now and then any. */
    private int flags() {
        return switch (random.nextInt(12)) {
            case 0 -> 0x18;
            case 1 -> random.nextInt(256);
            default -> 0x10;
        };
    }

    private byte[] packet(Flow flow, int payload, int flags) {
        int ip = flow.v6 ? 40 : 20;
        int upper = flow.tcp ? 20 + flow.options.length : 8;
        byte[] packet = new byte[ip + upper + payload];
        for (int i = ip + upper; i < packet.length; i++) {
            packet[i] = (byte) random.nextInt();
        }
        packet[0] = (byte) (flow.v6 ? 0x60 : 0x45);
        packet[flow.v6 ? 7 : 8] = 64;
        packet[flow.v6 ? 6 : 9] = (byte) (flow.tcp ? 6 : 17);
        packet[flow.v6 ? 8 : 12] = 10;
        packet[flow.v6 ? 39 : 19] = 9;
        if (flow.v6) {
            NaiveSegments.put16(packet, 4, packet.length - ip);
        } else {
            NaiveSegments.put16(packet, 2, packet.length);
            NaiveSegments.put16(packet, 4, flow.identification);
            packet[6] = (byte) (flow.dontFragment ? 0x40 : 0);
        }
        NaiveSegments.put16(packet, ip, flow.port);
        NaiveSegments.put16(packet, ip + 2, 80);
        if (flow.tcp) {
            NaiveSegments.put16(packet, ip + 4, flow.sequence >>> 16);
            NaiveSegments.put16(packet, ip + 6, flow.sequence);
            NaiveSegments.put16(packet, ip + 8, flow.acknowledged);
            packet[ip + 12] = (byte) (upper / 4 << 4);
            packet[ip + 13] = (byte) flags;
            NaiveSegments.put16(packet, ip + 14, 512);
            System.arraycopy(flow.options, 0, packet, ip + 20, flow.options.length);
        } else {
            NaiveSegments.put16(packet, ip + 4, upper + payload);
        }
        NaiveSegments.complete(packet);
        return packet;
    }

    /** Now and then something that forbids putting it together, with right checksums and without. */
    private void disturb(Flow flow, byte[] packet) {
        int ip = flow.v6 ? 40 : 20;
        switch (random.nextInt(30)) {
            case 0 -> packet[packet.length - 1] ^= 1;
            case 1 -> {
                if (!flow.v6) {
                    packet[10] ^= 1;
                }
            }
            case 2 -> {
                packet[flow.v6 ? 7 : 8]--;
                NaiveSegments.complete(packet);
            }
            case 3 -> {
                packet[1] = (byte) (packet[1] ^ (flow.v6 ? 0x30 : 0x03));
                NaiveSegments.complete(packet);
            }
            case 4 -> {
                if (!flow.v6) {
                    packet[6] = 0x20;
                    NaiveSegments.complete(packet);
                }
            }
            case 5 -> {
                flow.sequence += 7;
                flow.acknowledged++;
            }
            case 6 -> {
                if (!flow.tcp) {
                    NaiveSegments.put16(packet, ip + 6, 0);
                }
            }
            case 7 -> flow.segment = 1 + random.nextInt(600);
            case 8 -> random.nextBytes(flow.options);
            default -> {}
        }
    }
}
