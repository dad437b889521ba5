package dev.espalier.agent.ike;

import dev.espalier.ike.IkeEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * One log line an event. Events that anyone on the network can cause get at most one line in ten seconds for each reason, which says how many
 * there were: a flood of garbage never becomes a flood of lines (F-25). One thread.
 */
public final class EventLog {
    private static final Logger LOG = Logger.getLogger("dev.espalier.agent.ike");
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Reasons are constants of the engine; the bound only keeps a mistake there from filling the heap. */
    private static final int MAX_REASONS = 256;

    private final Map<String, Throttle> throttles = new HashMap<>();

    private static final class Throttle {
        private long quietUntilNanos;
        private long suppressed;
    }

    public void log(IkeEvent event, long nanos) {
        switch (event) {
            case IkeEvent.IkeSaEstablished e ->
                LOG.infof(
                        "%s: IKE SA %016x_%016x established as %s, %s%s, %s",
                        e.peer(),
                        e.spiInitiator(),
                        e.spiResponder(),
                        e.initiator() ? "initiator" : "responder",
                        e.suite(),
                        e.postQuantum() ? " (post-quantum)" : "",
                        e.path());
            case IkeEvent.IkeSaRekeyed e ->
                LOG.infof("%s: IKE SA rekeyed, now %016x_%016x", e.peer(), e.spiInitiator(), e.spiResponder());
            case IkeEvent.IkeSaClosed e ->
                LOG.infof(
                        "%s: IKE SA %016x_%016x closed: %s", e.peer(), e.spiInitiator(), e.spiResponder(), e.reason());
            case IkeEvent.ChildSaEstablished e ->
                LOG.infof("%s: child SA %08x/%08x established, %s", e.peer(), e.spiIn(), e.spiOut(), e.suite());
            case IkeEvent.ChildSaRekeyed e ->
                LOG.infof(
                        "%s: child SA %08x rekeyed, now %08x/%08x",
                        e.peer(), e.oldSpiIn(), e.newSpiIn(), e.newSpiOut());
            case IkeEvent.ChildSaClosed e -> LOG.infof("%s: child SA %08x closed: %s", e.peer(), e.spiIn(), e.reason());
            case IkeEvent.NegotiationFailed e -> {
                long suppressed = permit("failed " + e.peer() + e.reason(), nanos);
                if (suppressed >= 0) {
                    LOG.warnf(
                            "%s: %s failed: %s%s%s",
                            e.peer(),
                            e.exchange(),
                            e.reason(),
                            e.willRetry() ? "; will try again" : "",
                            times(suppressed));
                }
            }
            case IkeEvent.MessageDropped e -> {
                long suppressed = permit("dropped " + e.reason(), nanos);
                if (suppressed >= 0) {
                    LOG.warnf("dropped a message, %s: %s: %s%s", e.path(), e.reason(), e.detail(), times(suppressed));
                }
            }
        }
    }

    /** How many were kept back since the last line of this kind, or -1 to keep this one back too. */
    long permit(String kind, long nanos) {
        Throttle throttle = throttles.get(kind);
        if (throttle == null) {
            if (throttles.size() >= MAX_REASONS) {
                throttles.values().removeIf(t -> nanos - t.quietUntilNanos >= 0);
                if (throttles.size() >= MAX_REASONS) {
                    return -1;
                }
            }
            throttle = new Throttle();
            throttles.put(kind, throttle);
        } else if (nanos - throttle.quietUntilNanos < 0) {
            throttle.suppressed++;
            return -1;
        }
        long suppressed = throttle.suppressed;
        throttle.suppressed = 0;
        throttle.quietUntilNanos = nanos + QUIET_NANOS;
        return suppressed;
    }

    private static String times(long suppressed) {
        return suppressed == 0 ? "" : " (and " + suppressed + " more like it)";
    }
}
