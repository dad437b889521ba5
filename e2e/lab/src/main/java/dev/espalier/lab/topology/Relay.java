package dev.espalier.lab.topology;

import dev.espalier.lab.LabException;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Memory;
import dev.espalier.linux.libc.PollSet;
import dev.espalier.linux.tun.TunDevice;
import dev.espalier.linux.tun.TunQueue;
import java.lang.foreign.Arena;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A bad link between a node and the bridge, for kernels without netem: two TAP devices and this process in between.
 *
 * <pre>
 *   node eth0 ── port-nX ─ bridge brx-nX ─ tap rxa-nX ══ relay ══ tap rxb-nX ─ br0
 * </pre>
 *
 * When the process ends, the devices vanish and the link is cut until {@link Topology#heal} puts the port back on the bridge.
 */
public final class Relay {
    private static final int FRAME_OCTETS = 65_536;
    private static final int MOST_WAITING = 100_000;

    private Relay() {}

    /** Runs until killed: {@code NODE LOSS DELAY REORDER DUPLICATE}. */
    public static void main(String[] args) throws ErrnoException {
        String node = args[0];
        Impairment impairment = new Impairment(
                Double.parseDouble(args[1]),
                Integer.parseInt(args[2]),
                Double.parseDouble(args[3]),
                Double.parseDouble(args[4]),
                1500);
        TunDevice inner = TunDevice.openTap("rxa-" + node);
        TunDevice outer = TunDevice.openTap("rxb-" + node);
        Thread.ofPlatform().start(() -> forward(inner.queue(0), outer.queue(0), impairment));
        Thread.ofPlatform().start(() -> forward(outer.queue(0), inner.queue(0), impairment));
    }

    private static void forward(TunQueue from, TunQueue to, Impairment impairment) {
        DelayQueue<Frame> waiting = new DelayQueue<>();
        Thread.ofPlatform().start(() -> deliver(waiting, to));
        long order = 0;
        ThreadLocalRandom random = ThreadLocalRandom.current();
        try (Arena arena = Arena.ofConfined()) {
            long buffer = arena.allocate(FRAME_OCTETS, 8).address();
            PollSet poll = new PollSet(arena, 1);
            poll.add(from.fd());
            while (true) {
                poll.await(-1);
                for (int length = from.read(buffer, FRAME_OCTETS);
                        length > 0;
                        length = from.read(buffer, FRAME_OCTETS)) {
                    // A link with a full queue drops; a relay that hoards would be no link.
                    if (chance(random, impairment.lossPercent()) || waiting.size() > MOST_WAITING) {
                        continue;
                    }
                    byte[] octets = new byte[length];
                    Memory.copyToHeap(buffer, octets, 0, length);
                    long delay =
                            chance(random, impairment.reorderPercent()) ? 0 : impairment.delayMillis() * 1_000_000L;
                    waiting.add(new Frame(octets, System.nanoTime() + delay, order++));
                    if (chance(random, impairment.duplicatePercent())) {
                        waiting.add(new Frame(octets, System.nanoTime() + delay, order++));
                    }
                }
            }
        } catch (ErrnoException e) {
            throw new LabException("the relay's device: " + e.getMessage(), e);
        }
    }

    private static void deliver(DelayQueue<Frame> waiting, TunQueue to) {
        try (Arena arena = Arena.ofConfined()) {
            long buffer = arena.allocate(FRAME_OCTETS, 8).address();
            while (true) {
                byte[] octets = waiting.take().octets;
                Memory.copyFromHeap(octets, 0, buffer, octets.length);
                to.write(buffer, octets.length);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean chance(ThreadLocalRandom random, double percent) {
        return percent > 0 && random.nextDouble(100) < percent;
    }

    private static final class Frame implements Delayed {
        private final byte[] octets;
        private final long dueNanos;
        private final long order;

        private Frame(byte[] octets, long dueNanos, long order) {
            this.octets = octets;
            this.dueNanos = dueNanos;
            this.order = order;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(dueNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        /** By due time, then by arrival: without impairment nothing overtakes. */
        @Override
        public int compareTo(Delayed other) {
            Frame frame = (Frame) other;
            int byTime = Long.compare(dueNanos - frame.dueNanos, 0);
            return byTime != 0 ? byTime : Long.compare(order, frame.order);
        }
    }
}
