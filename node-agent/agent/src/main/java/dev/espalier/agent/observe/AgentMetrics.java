package dev.espalier.agent.observe;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/**
 * The agent's metrics, by the names that dashboards and alerts go by. Every value is read from where it is kept at the moment of the scrape; a
 * drop reason has a series from its first occurrence on.
 */
public final class AgentMetrics {
    /** Where the values come from. */
    public interface Source {
        Map<String, Long> drops();

        /** Packets in clear between pods that got as far as an uplink, where they were stopped. */
        long leakedPackets();

        long espPackets(boolean outbound);

        long espBytes(boolean outbound);

        int ikeSas();

        int childSas();

        long rekeys(boolean ike);

        /** Handovers between two processes that this one took part in, as {@code espalier_handovers_total} counts them. */
        long handovers(boolean succeeded);

        /** Seconds since 1970 at which the certificate in use expires; NaN without one. */
        double certificateExpiry();
    }

    private final MeterRegistry registry;
    private final Source source;
    private final Set<String> reasons = ConcurrentHashMap.newKeySet();

    private AgentMetrics(MeterRegistry registry, Source source) {
        this.registry = registry;
        this.source = source;
    }

    /** Registers everything; the caller calls {@link #refresh} every few seconds. */
    public static AgentMetrics register(MeterRegistry registry, Source source) {
        AgentMetrics metrics = new AgentMetrics(registry, source);
        for (boolean outbound : new boolean[] {true, false}) {
            String direction = outbound ? "out" : "in";
            metrics.counter("espalier.esp.packets", "direction", direction, s -> s.espPackets(outbound));
            metrics.counter("espalier.esp.bytes", "direction", direction, s -> s.espBytes(outbound));
        }
        metrics.counter("espalier.rekeys", "kind", "ike", s -> s.rekeys(true));
        metrics.counter("espalier.rekeys", "kind", "child", s -> s.rekeys(false));
        metrics.counter("espalier.handovers", "outcome", "taken-over", s -> s.handovers(true));
        metrics.counter("espalier.handovers", "outcome", "failed", s -> s.handovers(false));
        FunctionCounter.builder("espalier.leaked.packets", source, Source::leakedPackets)
                .register(registry);
        metrics.gauge("espalier.ike.sas", Source::ikeSas);
        metrics.gauge("espalier.child.sas", Source::childSas);
        metrics.gauge("espalier.certificate.expiry.timestamp.seconds", Source::certificateExpiry);
        metrics.refresh();
        return metrics;
    }

    /** Gives every reason that has occurred a series of its own. Reasons are constants of ours, so their number is bounded. */
    public void refresh() {
        for (String reason : source.drops().keySet()) {
            if (reasons.add(reason)) {
                counter("espalier.drops", "reason", reason, s -> s.drops().getOrDefault(reason, 0L));
            }
        }
    }

    private void counter(String name, String label, String value, ToDoubleFunction<Source> read) {
        FunctionCounter.builder(name, source, read).tag(label, value).register(registry);
    }

    private void gauge(String name, ToDoubleFunction<Source> read) {
        Gauge.builder(name, source, read).register(registry);
    }
}
