package dev.espalier.agent.node;

import dev.espalier.agent.handover.HandedOver;
import dev.espalier.agent.handover.HandoverException;
import dev.espalier.agent.handover.Predecessor;
import dev.espalier.agent.ike.IkeLoop;
import dev.espalier.agent.policy.NodePlan;
import dev.espalier.agent.sa.InstalledSa;
import dev.espalier.agent.sa.SaInstaller;
import dev.espalier.esp.sad.SaProgress;
import dev.espalier.esp.sad.SecurityDatabase;
import dev.espalier.esp.spd.Spd;
import dev.espalier.ike.ChildSa;
import dev.espalier.ike.IkeOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/** The beginning of a process that takes over from another one: the other side of {@link Departure}. */
final class Arrival {
    private static final Logger LOG = Logger.getLogger(Arrival.class);
    private static final long LOOP_SECONDS = 10;

    private final ControlThread control;
    private final DataPlane dataPlane;
    private final IkeLoop ike;
    private final SaInstaller installer;
    private final SecurityDatabase database;
    private final Handovers handovers;

    Arrival(
            ControlThread control,
            DataPlane dataPlane,
            IkeLoop ike,
            SaInstaller installer,
            SecurityDatabase database,
            Handovers handovers) {
        this.control = control;
        this.dataPlane = dataPlane;
        this.ike = ike;
        this.installer = installer;
        this.database = database;
        this.handovers = handovers;
    }

    /**
     * Lets what {@code predecessor} hands over run here. When this throws, nothing of it has been used and nothing is left of it, but this process
     * cannot begin anew: its IKE engine has seen state that was not its own.
     */
    void takeOver(HandedOver all, Predecessor predecessor, NodePlan plan)
            throws IOException, HandoverException, InterruptedException, ExecutionException, TimeoutException {
        long received = System.nanoTime();
        boolean done = false;
        try {
            dataPlane.adopt(ControlThread.dataPathSettings(plan), new DataPlane.Paused(all.tunQueues(), all.sockets()));
            database.setPolicy(Spd.of(plan.policy()));
            ike.restore(all.ike(), plan.peers(), install -> resume(install, all.progress()))
                    .get(LOOP_SECONDS, TimeUnit.SECONDS);
            predecessor.confirm();
            dataPlane.start();
            done = true;
            long gap = all.pausedNanos() + System.nanoTime() - received;
            control.greetNobody();
            var _ = ike.resume();
            handovers.takenOver(predecessor.version(), gap);
            LOG.infof(
                    "%s; %d halves of ESP SAs", handovers.last(), all.progress().size());
        } finally {
            if (!done) {
                database.clear();
                dataPlane.close();
            }
        }
    }

    /** Without knowing which numbers were used, an SA must not be used at all; it was not in use there, either. */
    private void resume(IkeOutput.InstallChildSa install, Map<InstalledSa, SaProgress> progress) {
        ChildSa sa = install.sa();
        SaProgress from = progress.get(new InstalledSa(install.direction(), sa.spiIn()));
        if (from == null) {
            Arrays.fill(sa.key(), (byte) 0);
            LOG.warnf("%s: %s SA %08x is not in use", sa.peer(), install.direction(), sa.spi());
        } else {
            installer.resume(install.direction(), sa, from);
        }
    }
}
