package dev.espalier.agent.node;

import dev.espalier.agent.handover.HandedOver;
import dev.espalier.agent.handover.HandoverException;
import dev.espalier.agent.handover.HandoverSocket;
import dev.espalier.agent.handover.Predecessor;
import dev.espalier.agent.policy.NodePlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A process that found another agent in charge of the node: it gets ready beside it, and takes over when that one is told to end, or begins anew when that one
 * has gone without a word. One thread.
 *
 * <pre>
 *   getting ready ──plan and identity──▶ standing by ──STATE──▶ in charge, with all that the other had
 *        │                                   │
 *        └────────the other has gone─────────┴────────────────▶ in charge, from nothing
 * </pre>
 */
final class Standby {
    private static final Logger LOG = Logger.getLogger(Standby.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    /** How long the other one may need until it can be spoken to: it may be starting itself. */
    private static final Duration INTRODUCTION = Duration.ofSeconds(10);
    /** How long the other one may need to end, once it has handed over. */
    private static final Duration FAREWELL = Duration.ofSeconds(30);

    private final Path runDir;
    private final String version;
    private final ControlThread control;
    private final Arrival arrival;
    private final Handovers handovers;
    private String refusal = "";
    private boolean met;
    private volatile boolean ready;
    private volatile boolean ended;

    Standby(Path runDir, String version, ControlThread control, Arrival arrival, Handovers handovers) {
        this.runDir = runDir;
        this.version = version;
        this.control = control;
        this.arrival = arrival;
        this.handovers = handovers;
    }

    /**
     * The node is this process's.
     *
     * @param tookOver whether it has the tunnels of the process before it
     */
    record InCharge(RunFolder folder, boolean tookOver) {}

    /** Whether this process is as ready as it can be before the other one ends. */
    boolean ready() {
        return ready;
    }

    /** Makes {@link #await} return. */
    void end() {
        ended = true;
    }

    /**
     * Waits until this process is in charge; null after {@link #end}.
     *
     * @throws HandoverException when it can neither take over nor begin anew: the process has to end
     */
    @Nullable
    InCharge await() throws HandoverException, InterruptedException, IOException {
        LOG.info("another agent is in charge of this node; getting ready to take over");
        long began = System.nanoTime();
        while (!ended) {
            RunFolder folder = RunFolder.take(runDir);
            if (folder != null) {
                return new InCharge(folder, false);
            }
            if (tookOver()) {
                return new InCharge(awaitFolder(), true);
            }
            if (!met && isPrepared() && System.nanoTime() - began >= INTRODUCTION.toNanos()) {
                refused("the agent in charge does not hand over (an earlier version, or one that does not answer)");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
        }
        return null;
    }

    private boolean tookOver() throws HandoverException, InterruptedException {
        try (Predecessor predecessor = connect()) {
            HandedOver all = predecessor == null ? null : standBy(predecessor);
            if (predecessor == null || all == null) {
                return false;
            }
            try (all) {
                arrival.takeOver(all, predecessor, plan());
                return true;
            } catch (IOException | ExecutionException | TimeoutException e) {
                throw new HandoverException("taking over failed: " + e.getMessage(), e);
            }
        } catch (IOException e) {
            LOG.debugf("the agent in charge: %s", e.getMessage());
            return false;
        }
    }

    /** Null when the other one will not hand over to this version. */
    private @Nullable Predecessor connect() throws IOException {
        try {
            return Predecessor.connect(HandoverSocket.in(runDir), version);
        } catch (HandoverException e) {
            refused(String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** What the other one hands over; null when it has gone, does not want to, or this process is to end. */
    private @Nullable HandedOver standBy(Predecessor predecessor) throws IOException, InterruptedException {
        while (!ended && !isPrepared()) {
            if (predecessor.awaitOffer(LOOK_AGAIN)) {
                return null;
            }
        }
        if (ended) {
            return null;
        }
        predecessor.ready();
        met = true;
        ready = true;
        LOG.infof("standing by for version %s to end", predecessor.version());
        while (!predecessor.awaitOffer(LOOK_AGAIN)) {
            if (ended) {
                return null;
            }
        }
        try {
            return predecessor.take();
        } catch (HandoverException e) {
            refused(String.valueOf(e.getMessage()));
            return null;
        }
    }

    private boolean isPrepared() {
        return control.prepared() != null && control.credentials() != null;
    }

    private NodePlan plan() {
        NodePlan plan = control.prepared();
        if (plan == null) {
            throw new IllegalStateException("took over without a plan");
        }
        return plan;
    }

    /** Then it is as ready as it will be: the node is closed for as long as it takes to begin anew. */
    private void refused(String why) {
        ready = true;
        if (!why.equals(refusal)) {
            refusal = why;
            handovers.failed(why);
            LOG.warnf("%s. This agent begins anew when the other one has ended", why);
        }
    }

    private RunFolder awaitFolder() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + FAREWELL.toNanos();
        while (true) {
            RunFolder folder = RunFolder.take(runDir);
            if (folder != null) {
                return folder;
            }
            if (System.nanoTime() - deadline >= 0) {
                LOG.errorf("the process before this one does not end; packets flow, but pods wait (%s)", runDir);
                deadline += FAREWELL.toNanos();
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis() / 10);
        }
    }
}
