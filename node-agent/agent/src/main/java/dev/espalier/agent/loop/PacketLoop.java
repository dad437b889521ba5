package dev.espalier.agent.loop;

import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.PollSet;
import dev.espalier.linux.libc.Waker;
import java.lang.foreign.Arena;

/**
 * What both kinds of loop share: a platform thread that does a batch, waits on its descriptors when there is nothing to do, ends promptly
 * when told to, and outlives errors: it reports one now and then, waits a little, and tries again.
 */
abstract class PacketLoop implements Runnable {
    private static final long RETRY_NANOS = 200_000_000L;

    /** The longest sleep, so that what depends on time alone gets done. */
    private static final long IDLE_NANOS = 1_000_000_000L;

    private final String name;
    private final ControlPlane control;
    private final Waker waker;
    private final PollSet descriptors;
    private final PollSet pause;
    private final Thread thread;
    private final TroubleReport loopTrouble = new TroubleReport();
    private final TroubleReport packetTrouble = new TroubleReport();
    private volatile boolean running = true;

    /** @param descriptorCount how many descriptors {@link #watch} will add */
    PacketLoop(String name, ControlPlane control, int descriptorCount) throws ErrnoException {
        this.name = name;
        this.control = control;
        this.waker = Waker.open();
        Arena arena = Arena.ofAuto();
        this.descriptors = new PollSet(arena, descriptorCount + 1);
        this.pause = new PollSet(arena, 1);
        descriptors.add(waker.fd());
        pause.add(waker.fd());
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this);
    }

    /** Adds a descriptor whose input {@link #turn} takes. */
    final void watch(int fd) {
        descriptors.add(fd);
    }

    /** Does one batch; true when there may be more at once. */
    abstract boolean turn(long nowNanos) throws ErrnoException;

    final void start() {
        thread.start();
    }

    /** Makes the loop look at the world again. Any thread. */
    final void wake() {
        waker.wake();
    }

    /** Ends the loop and waits for it. */
    final void stop() throws InterruptedException {
        running = false;
        waker.wake();
        thread.join();
        waker.close();
    }

    @Override
    public final void run() {
        while (running) {
            try {
                if (!turn(System.nanoTime())) {
                    await(descriptors, IDLE_NANOS);
                }
            } catch (ErrnoException | RuntimeException e) {
                report(loopTrouble, e);
                pause();
            }
        }
    }

    /** Tells the control plane that a packet met a bug of ours, but not for every such packet. */
    final void reportPacket(RuntimeException e) {
        report(packetTrouble, e);
    }

    private void report(TroubleReport report, Exception e) {
        if (report.isDue(System.nanoTime())) {
            control.loopTrouble(name, e);
        }
    }

    private void pause() {
        try {
            await(pause, RETRY_NANOS);
        } catch (ErrnoException e) {
            // ppoll on an eventfd of our own fails only when the kernel is out of memory: nothing is left to wait with.
            Thread.onSpinWait();
        }
    }

    private void await(PollSet set, long nanos) throws ErrnoException {
        set.await(nanos);
        if (set.readable(0)) {
            waker.drain();
        }
    }

    /** Whoever sends packets must not choose how long our log gets. */
    private static final class TroubleReport {
        private static final long INTERVAL_NANOS = 10_000_000_000L;

        private boolean reported;
        private long lastNanos;

        boolean isDue(long nowNanos) {
            if (reported && nowNanos - lastNanos < INTERVAL_NANOS) {
                return false;
            }
            reported = true;
            lastNanos = nowNanos;
            return true;
        }
    }
}
