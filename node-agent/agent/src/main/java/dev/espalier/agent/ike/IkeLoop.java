package dev.espalier.agent.ike;

import dev.espalier.ike.EndpointState;
import dev.espalier.ike.EndpointStatus;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeOutput;
import dev.espalier.ike.Now;
import dev.espalier.ike.PeerConfig;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Feeds the engine and carries out what it wants, on one platform thread: input, outputs in order, next input. Besides what
 * waits in the inbox it tells the engine when its deadline has passed, and once a second what the data path counted.
 */
public final class IkeLoop {
    private static final Logger LOG = Logger.getLogger(IkeLoop.class);
    private static final long USAGE_PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final IkeEngine engine;
    private final IkeInbox inbox;
    private final IkeEffects effects;
    private final LongSupplier monotonic;
    private final InstantSource wall;
    private long nextUsageNanos;
    private boolean suspended;

    /**
     * @param monotonic nanoseconds that never step, as {@link System#nanoTime()}
     * @param wall for certificate validity
     */
    public IkeLoop(IkeEngine engine, IkeInbox inbox, IkeEffects effects, LongSupplier monotonic, InstantSource wall) {
        this.engine = engine;
        this.inbox = inbox;
        this.effects = effects;
        this.monotonic = monotonic;
        this.wall = wall;
        this.nextUsageNanos = monotonic.getAsLong() + USAGE_PERIOD_NANOS;
    }

    /** Runs until the thread is interrupted or {@link IkeInput.ShutdownRequested} has been carried out. */
    public void run() {
        boolean running = true;
        while (running && !Thread.currentThread().isInterrupted()) {
            try {
                running = step(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * From now on, whatever is under way is finished and nothing is begun; false as long as something is under way that another process could
     * not go on with.
     */
    public CompletableFuture<Boolean> quieten() {
        return order(() -> {
            apply(new IkeInput.HandoverBegun());
            return engine.movable();
        });
    }

    /**
     * Takes what still waits in the inbox, writes everything down, and then does nothing until {@link #resume}. To be called when no packet loop
     * runs any more, so that nothing new comes in.
     */
    public CompletableFuture<EndpointState> suspend() {
        return order(() -> {
            for (IkeInput input = inbox.take(0); input != null; input = inbox.take(0)) {
                apply(input);
            }
            // What only the data path has counted so far decides about deferred pairs and lifetimes.
            effects.usage().forEach(this::apply);
            EndpointState state = engine.save(new Now(monotonic.getAsLong(), wall.instant()));
            suspended = true;
            return state;
        });
    }

    /** Goes on as usual. */
    public CompletableFuture<Boolean> resume() {
        return order(() -> {
            suspended = false;
            apply(new IkeInput.HandoverEnded());
            return true;
        });
    }

    /**
     * Takes over the SAs of another process, after {@link #quieten} and before {@link #resume}.
     *
     * @param peers of this node's configuration
     * @param installed hears of each half of a child SA that is in use, in the order in which they came
     */
    public CompletableFuture<Boolean> restore(
            EndpointState state, List<PeerConfig> peers, Consumer<IkeOutput.InstallChildSa> installed) {
        return order(() -> {
            apply(new IkeInput.PeersConfigured(peers));
            long nanos = monotonic.getAsLong();
            for (IkeOutput output : engine.restore(state, new Now(nanos, wall.instant()))) {
                if (output instanceof IkeOutput.InstallChildSa install) {
                    installed.accept(install);
                } else {
                    carryOut(output, nanos);
                }
            }
            return true;
        });
    }

    private <T> CompletableFuture<T> order(Callable<T> what) {
        CompletableFuture<T> result = new CompletableFuture<>();
        inbox.order(() -> {
            try {
                result.complete(what.call());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                result.completeExceptionally(e);
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /**
     * One turn: what is due first, then at most one input.
     *
     * @param maxWaitNanos the longest time to wait for an input
     * @return false after a shutdown
     */
    boolean step(long maxWaitNanos) throws InterruptedException {
        inbox.orders().forEach(Runnable::run);
        long nanos = monotonic.getAsLong();
        if (suspended) {
            answer(inbox.questions(), nanos);
            inbox.awaitOrder(maxWaitNanos);
            return true;
        }
        if (nanos - nextUsageNanos >= 0) {
            nextUsageNanos = nanos + USAGE_PERIOD_NANOS;
            effects.usage().forEach(this::apply);
        }
        long deadline = engine.nextDeadlineNanos();
        if (deadline != Long.MAX_VALUE && nanos - deadline >= 0) {
            apply(new IkeInput.DeadlineReached());
        }
        answer(inbox.questions(), nanos);
        IkeInput input = inbox.take(Math.min(maxWaitNanos, waitNanos()));
        if (input == null) {
            return true;
        }
        apply(input);
        return !(input instanceof IkeInput.ShutdownRequested);
    }

    private void answer(List<CompletableFuture<EndpointStatus>> questions, long nanos) {
        if (questions.isEmpty()) {
            return;
        }
        try {
            EndpointStatus status = engine.status(new Now(nanos, wall.instant()));
            questions.forEach(q -> q.complete(status));
        } catch (RuntimeException e) {
            LOG.error("the IKE engine failed on a question for its status", e);
            questions.forEach(q -> q.completeExceptionally(e));
        }
    }

    private long waitNanos() {
        long nanos = monotonic.getAsLong();
        long untilUsage = nextUsageNanos - nanos;
        long deadline = engine.nextDeadlineNanos();
        return deadline == Long.MAX_VALUE ? untilUsage : Math.min(untilUsage, deadline - nanos);
    }

    private void apply(IkeInput input) {
        long nanos = monotonic.getAsLong();
        Instant now = wall.instant();
        List<IkeOutput> outputs = handle(input, new Now(nanos, now));
        if (outputs != null) {
            outputs.forEach(output -> carryOut(output, nanos));
        }
    }

    /** The engine closes an SA that a bug of ours hits by itself; what still gets here must not end the loop. */
    private @Nullable List<IkeOutput> handle(IkeInput input, Now now) {
        try {
            return engine.handle(input, now);
        } catch (RuntimeException e) {
            LOG.errorf(e, "the IKE engine failed on %s", input.getClass().getSimpleName());
            return null;
        }
    }

    private void carryOut(IkeOutput output, long nanos) {
        switch (output) {
            case IkeOutput.SendDatagram send -> effects.send(send.path(), send.datagram());
            case IkeOutput.SendKeepalive keepalive -> effects.keepalive(keepalive.path());
            case IkeOutput.InstallChildSa install -> effects.install(install.direction(), install.sa());
            case IkeOutput.RemoveChildSa remove -> effects.remove(remove.peer(), remove.direction(), remove.spi());
            case IkeOutput.MoveChildSa move -> effects.move(move.peer(), move.spiIn(), move.path());
            case IkeOutput.Report report -> effects.report(report.event(), nanos);
        }
    }
}
