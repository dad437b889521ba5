package dev.espalier.agent.handover;

import dev.espalier.agent.sa.InstalledSa;
import dev.espalier.esp.sad.SaProgress;
import dev.espalier.ike.EndpointState;
import dev.espalier.ike.IkeOutput.Direction;
import dev.espalier.linux.libc.Fd;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireFormatException;
import dev.espalier.wire.WireReader;
import dev.espalier.wire.WireWriter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that goes from one process to the next. It holds keys: to be closed when it has been sent or taken.
 *
 * @param tunQueues all queues of the TUN device
 * @param sockets UDP sockets with what waits in them
 * @param progress where each ESP SA stands
 * @param ike the IKE engine's state
 * @param pausedNanos how long the loops had been standing when it was sent
 */
public record HandedOver(
        List<Fd> tunQueues,
        List<Fd> sockets,
        Map<InstalledSa, SaProgress> progress,
        EndpointState ike,
        long pausedNanos)
        implements AutoCloseable {
    private static final int HEAD_BYTES = 4 + 4 + 8 + 4;

    public HandedOver {
        tunQueues = List.copyOf(tunQueues);
        sockets = List.copyOf(sockets);
        progress = Map.copyOf(progress);
    }

    /** Without the descriptors. Whoever asked for it has to wipe it. */
    byte[] encode() {
        WireWriter out = new WireWriter(HEAD_BYTES + progress.size() * 256);
        out.i32(tunQueues.size()).i32(sockets.size()).i64(pausedNanos);
        out.i32(progress.size());
        progress.forEach((sa, stands) -> out.u8(sa.direction() == Direction.INBOUND ? 1 : 0)
                .i32(sa.spiIn())
                .i64(stands.sequence())
                .i64(stands.packets())
                .i64(stands.bytes())
                .i32(stands.pathMtu())
                .i32(stands.window().length())
                .octets(stands.window()));
        byte[] head = out.toArray();
        byte[] all = Arrays.copyOf(head, head.length + ike.octets().length);
        System.arraycopy(ike.octets(), 0, all, head.length, ike.octets().length);
        return all;
    }

    /**
     * @param octets as {@link #encode} made them; wiped here
     * @param descriptors that came with them; they stay the caller's when this throws
     */
    static HandedOver decode(byte[] octets, List<Fd> descriptors) throws HandoverException {
        try {
            WireReader in = Octets.wrap(octets).reader("handover");
            int queues = in.i32("queues");
            int sockets = in.i32("sockets");
            long paused = in.i64("pause");
            if (queues < 1 || sockets < 1 || queues + sockets != descriptors.size()) {
                throw new HandoverException(
                        queues + " queues and " + sockets + " sockets in " + descriptors.size() + " descriptors");
            }
            Map<InstalledSa, SaProgress> progress = new HashMap<>();
            for (int left = in.i32("SAs"); left > 0; left--) {
                Direction direction = in.u8("direction") == 1 ? Direction.INBOUND : Direction.OUTBOUND;
                InstalledSa sa = new InstalledSa(direction, in.i32("SPI"));
                long sequence = in.i64("sequence number");
                long packets = in.i64("packets");
                long bytes = in.i64("bytes");
                int pathMtu = in.i32("path MTU");
                Octets window = in.octets(in.i32("window length"), "window");
                progress.put(sa, new SaProgress(sequence, window, packets, bytes, pathMtu));
            }
            byte[] ike = Arrays.copyOfRange(octets, in.position(), octets.length);
            return new HandedOver(
                    descriptors.subList(0, queues),
                    descriptors.subList(queues, queues + sockets),
                    progress,
                    EndpointState.of(ike),
                    paused);
        } catch (WireFormatException e) {
            throw new HandoverException("what was handed over is malformed: " + e.getMessage(), e);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    /** Wipes the keys. Descriptors belong to whoever made or took them. */
    @Override
    public void close() {
        ike.close();
    }

    @Override
    public String toString() {
        return "HandedOver[" + tunQueues.size() + " queues, " + sockets.size() + " sockets, " + progress.size()
                + " ESP SAs, " + ike + "]";
    }
}
