package dev.espalier.agent.node;

import dev.espalier.agent.handover.HandedOver;
import dev.espalier.agent.handover.HandoverException;
import dev.espalier.agent.handover.HandoverSocket;
import dev.espalier.agent.handover.Successor;
import dev.espalier.agent.ike.IkeLoop;
import dev.espalier.agent.sa.SaInstaller;
import dev.espalier.ike.EndpointState;
import dev.espalier.linux.libc.ErrnoException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * The end of a process that another one takes over from:
 *
 * <ol>
 *   <li>what IKE has under way is finished, for a second at most, and nothing is begun; packets flow;
 *   <li>the packet loops end: packets wait in the kernel from here on;
 *   <li>SAs are written down, with the sequence numbers that the loops came to, and sent together with device and sockets;
 *   <li>the successor says that it holds all of it, and is told that it is its own now.
 * </ol>
 *
 * Until the last step this process can go on instead, since the successor uses nothing before it; after it this process never uses any of it again. So no two
 * processes ever send under one key.
 */
final class Departure {
    private static final Logger LOG = Logger.getLogger(Departure.class);
    private static final Duration UNDER_WAY = Duration.ofSeconds(1);
    private static final long LOOK_AGAIN_MILLIS = 10;
    private static final long LOOP_SECONDS = 10;

    private final ControlThread control;
    private final DataPlane dataPlane;
    private final IkeLoop ike;
    private final SaInstaller installer;
    private final Handovers handovers;

    Departure(ControlThread control, DataPlane dataPlane, IkeLoop ike, SaInstaller installer, Handovers handovers) {
        this.control = control;
        this.dataPlane = dataPlane;
        this.ike = ike;
        this.installer = installer;
        this.handovers = handovers;
    }

    /** Whether somebody has taken over within the time; otherwise everything is as before. */
    boolean handOver(HandoverSocket socket, Duration wait) throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        while (true) {
            Successor successor = socket.await(Duration.ofNanos(deadline - System.nanoTime()));
            if (successor == null) {
                return false;
            }
            try (successor) {
                handOver(successor);
                return true;
            } catch (IOException | HandoverException | ExecutionException | TimeoutException e) {
                String why = "handover to version " + successor.version() + " failed: " + e.getMessage();
                handovers.failed(why);
                LOG.warnf(e, "%s; this agent goes on", why);
            }
        }
    }

    private void handOver(Successor successor)
            throws IOException, HandoverException, InterruptedException, ExecutionException, TimeoutException {
        LOG.infof("handing over to version %s", successor.version());
        control.hold();
        boolean paused = false;
        boolean done = false;
        try {
            control.awaitHeld();
            finishExchanges();
            long pausedAt = System.nanoTime();
            DataPlane.Paused open = dataPlane.pause();
            if (open == null) {
                throw new HandoverException("there is no tunnel device to hand over");
            }
            paused = true;
            try (EndpointState state = ike.suspend().get(LOOP_SECONDS, TimeUnit.SECONDS);
                    HandedOver all = new HandedOver(
                            open.tunQueues(),
                            open.sockets(),
                            installer.suspend(),
                            state,
                            System.nanoTime() - pausedAt)) {
                successor.offer(all);
            }
            successor.commit();
            done = true;
            LOG.infof("handed over to version %s", successor.version());
        } finally {
            if (!done) {
                goOn(paused);
            }
        }
    }

    private void finishExchanges() throws InterruptedException, ExecutionException, TimeoutException {
        long deadline = System.nanoTime() + UNDER_WAY.toNanos();
        while (!ike.quieten().get(LOOP_SECONDS, TimeUnit.SECONDS)) {
            if (System.nanoTime() - deadline >= 0) {
                LOG.info("some IKE exchanges are cut short; their IKE SAs are made anew");
                return;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    private void goOn(boolean paused) {
        installer.resume();
        try {
            if (paused) {
                dataPlane.goOn();
            }
        } catch (ErrnoException e) {
            LOG.errorf("the packet loops cannot be started again: %s", e.getMessage());
            dataPlane.close();
        }
        var _ = ike.resume();
        control.release();
    }
}
