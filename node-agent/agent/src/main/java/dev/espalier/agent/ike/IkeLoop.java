package dev.espalier.agent.ike;

import dev.espalier.ike.EndpointStatus;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeOutput;
import dev.espalier.ike.Now;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
     * One turn: what is due first, then at most one input.
     *
     * @param maxWaitNanos the longest time to wait for an input
     * @return false after a shutdown
     */
    boolean step(long maxWaitNanos) throws InterruptedException {
        long nanos = monotonic.getAsLong();
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
