package dev.espalier.operator.wiring;

import dev.espalier.operator.pki.Leadership;
import dev.espalier.operator.pki.PkiNames;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.runtime.Quarkus;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Objects;
import org.jboss.logging.Logger;

/**
 * This process as a holder of the operators' Lease. Asks the API server each time: what this process remembers of its lease is worth
 * nothing after it was stopped (OPR-04).
 */
@Singleton
class LeaseHolder implements Leadership {
    static final String LEASE = "espalier-operator";

    private static final Logger LOG = Logger.getLogger(LeaseHolder.class);

    private final KubernetesClient client;
    private final InstantSource clock;
    private final String identity = newIdentity();
    private volatile boolean ending;

    LeaseHolder(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    /** New for each start, so that a restarted process never takes its predecessor's lease for its own. */
    String identity() {
        return identity;
    }

    /** From now on the lease is given up, not lost. */
    void end() {
        ending = true;
    }

    /** The reconcilers of a process that once led go on; only its end stops them (OPR-04). */
    void leaseLost() {
        if (ending) {
            LOG.info("the lease is given up");
            return;
        }
        LOG.warn("the lease is lost: ending");
        Quarkus.asyncExit(1);
    }

    @Override
    public void require() {
        Lease lease =
                client.leases().inNamespace(PkiNames.NAMESPACE).withName(LEASE).get();
        if (lease == null || lease.getSpec() == null) {
            throw new NotLeadingException("there is no Lease " + PkiNames.NAMESPACE + "/" + LEASE);
        }
        String holder = Objects.requireNonNullElse(lease.getSpec().getHolderIdentity(), "");
        if (!holder.equals(identity)) {
            throw new NotLeadingException("the lease is held by '" + holder + "', this is '" + identity + "'");
        }
        Instant renewed = lease.getSpec().getRenewTime() == null
                ? Instant.MIN
                : lease.getSpec().getRenewTime().toInstant();
        int seconds = Objects.requireNonNullElse(lease.getSpec().getLeaseDurationSeconds(), 0);
        if (!clock.instant().isBefore(renewed.plusSeconds(seconds))) {
            throw new NotLeadingException("the lease ran out: renewed at " + renewed + " for " + seconds + " s");
        }
    }

    private static String newIdentity() {
        byte[] suffix = new byte[4];
        new SecureRandom().nextBytes(suffix);
        String host = Objects.requireNonNullElse(System.getenv("HOSTNAME"), "operator");
        return host + "-" + ManagementFactory.getRuntimeMXBean().getPid() + "-"
                + HexFormat.of().formatHex(suffix);
    }
}
