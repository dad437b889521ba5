package dev.espalier.operator.wiring;

import dev.espalier.operator.pki.CertificateService;
import dev.espalier.operator.pki.PkiNames;
import dev.espalier.operator.pki.PkiObserver;
import dev.espalier.operator.pki.PkiSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.quarkus.runtime.Quarkus;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Objects;
import org.jboss.logging.Logger;

/** Makes the objects that reconcilers are given. */
@Dependent
class Wiring {
    private static final Logger LOG = Logger.getLogger(Wiring.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    @Produces
    @Singleton
    InstantSource clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    CertificateService certificateService(
            KubernetesClient client, OperatorSettings settings, PkiObserver observer, InstantSource clock) {
        PkiSettings pki = new PkiSettings(
                settings.certificate().lifetime(), settings.certificate().issuesPerHour());
        return new CertificateService(client, pki, observer, RANDOM, clock);
    }

    @Produces
    @Singleton
    LeaderElectionConfiguration leaderElection(OperatorSettings settings) {
        return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration("espalier-operator")
                .withLeaseNamespace(PkiNames.NAMESPACE)
                .withIdentity(identity())
                .withLeaseDuration(settings.leaderElection().leaseDuration())
                .withRenewDeadline(settings.leaderElection().renewDeadline())
                .withRetryPeriod(settings.leaderElection().retryPeriod())
                .withLeaderCallbacks(new LeaderCallbacks(() -> LOG.info("leading"), Wiring::leaseLost, id -> {}))
                .build();
    }

    /** The reconcilers of a process that once led go on; only its end stops them (OPR-04). */
    private static void leaseLost() {
        LOG.warn("the lease is lost or given up: ending");
        Quarkus.asyncExit(1);
    }

    /** New for each start, so that a restarted process never takes its predecessor's lease for its own. */
    private static String identity() {
        byte[] suffix = new byte[4];
        RANDOM.nextBytes(suffix);
        String host = Objects.requireNonNullElse(System.getenv("HOSTNAME"), "operator");
        return host + "-" + ManagementFactory.getRuntimeMXBean().getPid() + "-"
                + HexFormat.of().formatHex(suffix);
    }
}
