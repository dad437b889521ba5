package dev.espalier.operator.wiring;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings; as environment variables {@code ESPALIER_CERTIFICATE_LIFETIME} and so on. */
@ConfigMapping(prefix = "espalier")
interface OperatorSettings {
    Certificate certificate();

    Ca ca();

    LeaderElection leaderElection();

    Admission admission();

    /**
     * Networks in which pods may have addresses that are of no node's pod networks, such as a cloud's subnets, with commas between them.
     * Without any, pods are not watched.
     */
    Optional<List<String>> podNetworks();

    interface Certificate {
        /** How long a node's certificate is good for, such as {@code 24h} or {@code 10m}. */
        @WithDefault("24h")
        Duration lifetime();

        /** How many certificates one node may get in an hour. */
        @WithDefault("10")
        int issuesPerHour();
    }

    interface Ca {
        /** How long a CA made from now on is good for; it is rolled after four fifths of that. */
        @WithDefault("3650d")
        Duration lifetime();
    }

    interface Admission {
        /** Where the webhook for API servers from before 1.30 is served. */
        @WithDefault("9466")
        int port();
    }

    /**
     * Renewal is two requests, so that an API server which takes five seconds for each costs nobody the lease (OPR-06). One that is given up, or that
     * was never held, is taken at once.
     */
    interface LeaderElection {
        /** How long a leader that is not heard of keeps others waiting. */
        @WithDefault("20s")
        Duration leaseDuration();

        /** After how long without renewal a leader gives up; shorter than {@link #leaseDuration}. */
        @WithDefault("15s")
        Duration renewDeadline();

        @WithDefault("2s")
        Duration retryPeriod();
    }
}
