package dev.espalier.operator.wiring;

import dev.espalier.operator.addresses.PodNetworks;
import dev.espalier.operator.admission.OwnStatusGuard;
import dev.espalier.operator.pki.Leadership;
import dev.espalier.operator.pki.Pki;
import dev.espalier.operator.pki.PkiNames;
import dev.espalier.operator.pki.PkiObserver;
import dev.espalier.operator.pki.PkiSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
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
    Pki pki(
            KubernetesClient client,
            OperatorSettings settings,
            PkiObserver observer,
            InstantSource clock,
            Leadership leadership) {
        PkiSettings pki = new PkiSettings(
                settings.certificate().lifetime(),
                settings.certificate().issuesPerHour(),
                settings.ca().lifetime());
        return Pki.of(client, pki, observer, RANDOM, clock, leadership);
    }

    @Produces
    @Singleton
    PodNetworks podNetworks(OperatorSettings settings) {
        return PodNetworks.parse(settings.podNetworks().orElse(List.of()));
    }

    @Produces
    @Singleton
    OwnStatusGuard ownStatusGuard(KubernetesClient client, OperatorSettings settings, InstantSource clock) {
        return new OwnStatusGuard(client, settings.admission().port(), RANDOM, clock);
    }

    void end(@Disposes OwnStatusGuard guard) {
        guard.close();
    }

    @Produces
    @Singleton
    LeaderElectionConfiguration leaderElection(OperatorSettings settings, LeaseHolder holder) {
        return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LeaseHolder.LEASE)
                .withLeaseNamespace(PkiNames.NAMESPACE)
                .withIdentity(holder.identity())
                .withLeaseDuration(settings.leaderElection().leaseDuration())
                .withRenewDeadline(settings.leaderElection().renewDeadline())
                .withRetryPeriod(settings.leaderElection().retryPeriod())
                .withLeaderCallbacks(new LeaderCallbacks(() -> LOG.info("leading"), holder::leaseLost, id -> {}))
                .build();
    }
}
