package dev.espalier.ike;

import dev.espalier.ike.crypto.CrashTokens;
import java.time.Duration;
import java.util.Optional;

/**
 * Bounds and timings of an {@link IkeEndpoint}. {@link #DEFAULTS} suits a cluster node; the {@code with} methods make variants.
 *
 * @param ikePort where IKE_SA_INIT goes to and comes from
 * @param natPort where everything goes once a NAT was seen or encapsulation is forced (RFC 7296 2.23)
 * @param retransmission of requests
 * @param halfOpen bounds on what strangers can make us keep
 * @param rekey margins and limits of rekeying
 * @param attempt how IKE SAs are begun, and begun again
 * @param fragmentOctets greatest IP packet that carries IKE before a message is cut into fragments (RFC 7383 2.5.1); 576 to 65000
 * @param invalidSpiReplies whether messages of unknown IKE SAs get INVALID_IKE_SPI, rate limited (IKE-36)
 * @param idleLivenessFactor multiples of a peer's DPD interval without any traffic after which liveness is checked all the same
 * @param extensions abilities beyond RFC 7296's core
 */
public record EndpointConfig(
        int ikePort,
        int natPort,
        Retransmission retransmission,
        HalfOpen halfOpen,
        Rekey rekey,
        Attempt attempt,
        int fragmentOctets,
        boolean invalidSpiReplies,
        int idleLivenessFactor,
        Extensions extensions) {
    public static final EndpointConfig DEFAULTS = new EndpointConfig(
            500,
            4500,
            new Retransmission(Duration.ofMillis(500), 1.8, Duration.ofSeconds(10), 8),
            new HalfOpen(2048, 32, 64, Duration.ofSeconds(30), Duration.ofSeconds(30), 200),
            new Rekey(0.80, 0.95, Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofMinutes(2), 8),
            new Attempt(Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofSeconds(3), 6),
            1280,
            false,
            6,
            new Extensions(4, Duration.ofSeconds(20), Optional.empty(), true, false));

    /**
     * Abilities beyond RFC 7296's core.
     *
     * @param window requests that a peer may have open at once, told by SET_WINDOW_SIZE when above 1 (IKE-07); ours go one by one
     * @param natKeepalive how long nothing may go out to a peer before one octet keeps the NAT in front of us open (RFC 3948 4)
     * @param crashTokens what tells peers of a restart that the IKE SAs of before are gone; none are given without (RFC 6290)
     * @param mobike whether IKE SAs follow a changed address by themselves (RFC 4555); otherwise they are made anew
     * @param childless whether IKE SAs begin without a child SA where the peer can (RFC 6023), so that the first one has forward
     *     secrecy as well
     */
    public record Extensions(
            int window, Duration natKeepalive, Optional<CrashTokens> crashTokens, boolean mobike, boolean childless) {
        public Extensions {
            if (window < 1) {
                throw new IllegalArgumentException("a window of " + window);
            }
        }

        public Extensions withCrashTokens(CrashTokens tokens) {
            return new Extensions(window, natKeepalive, Optional.of(tokens), mobike, childless);
        }
    }

    /**
     * Of requests (IKE-01): sent again after {@code first}, then each time {@code factor} later than before but at most {@code ceiling};
     * given up {@code ceiling} or less after {@code copies} copies.
     *
     * @param factor above 1
     */
    public record Retransmission(Duration first, double factor, Duration ceiling, int copies) {}

    /**
     * Bounds on IKE SAs that were begun by a peer and are not authenticated (IKE-19).
     *
     * @param limit of all; beyond it only configured addresses get in, up to twice as many
     * @param limitPerAddress of one remote address
     * @param cookieThreshold of all, from which on a COOKIE is asked for
     * @param lifetime after which one is forgotten
     * @param cookiePeriod for which one secret makes cookies
     * @param initsPerSecond stateless refusals and key agreements for strangers; the rest is dropped
     */
    public record HalfOpen(
            int limit,
            int limitPerAddress,
            int cookieThreshold,
            Duration lifetime,
            Duration cookiePeriod,
            int initsPerSecond) {}

    /**
     * When SAs are rekeyed and how long the old ones stay.
     *
     * @param earliest part of a hard limit after which rekeying may start
     * @param latest part of a hard limit at which it has started at the latest; between the two by chance
     * @param linger for which an inbound child SA that was replaced still takes packets that are on their way
     * @param retryPause first pause after a refusal; doubles up to eight times as much
     * @param giveUp after refusals for this long, a fresh IKE SA is made (IKE-28)
     * @param childrenPerPeer child SA pairs of one IKE SA; more get NO_ADDITIONAL_SAS (IKE-55)
     */
    public record Rekey(
            double earliest,
            double latest,
            Duration linger,
            Duration retryPause,
            Duration giveUp,
            int childrenPerPeer) {}

    /**
     * How IKE SAs are begun.
     *
     * @param firstPause before the next attempt after one failed; doubles each time
     * @param longestPause bound on that
     * @param passiveDelay how long the end that does not initiate waits for the other when traffic is waiting
     * @param refusalGrace how long after an unprotected refusal the genuine reply may still come (IKE-32)
     * @param initRounds COOKIE and INVALID_KE_PAYLOAD rounds of one attempt (IKE-20)
     */
    public record Attempt(
            Duration firstPause, Duration longestPause, Duration passiveDelay, Duration refusalGrace, int initRounds) {}

    public EndpointConfig withRetransmission(Retransmission other) {
        return new EndpointConfig(
                ikePort,
                natPort,
                other,
                halfOpen,
                rekey,
                attempt,
                fragmentOctets,
                invalidSpiReplies,
                idleLivenessFactor,
                extensions);
    }

    public EndpointConfig withHalfOpen(HalfOpen other) {
        return new EndpointConfig(
                ikePort,
                natPort,
                retransmission,
                other,
                rekey,
                attempt,
                fragmentOctets,
                invalidSpiReplies,
                idleLivenessFactor,
                extensions);
    }

    public EndpointConfig withRekey(Rekey other) {
        return new EndpointConfig(
                ikePort,
                natPort,
                retransmission,
                halfOpen,
                other,
                attempt,
                fragmentOctets,
                invalidSpiReplies,
                idleLivenessFactor,
                extensions);
    }

    public EndpointConfig withAttempt(Attempt other) {
        return new EndpointConfig(
                ikePort,
                natPort,
                retransmission,
                halfOpen,
                rekey,
                other,
                fragmentOctets,
                invalidSpiReplies,
                idleLivenessFactor,
                extensions);
    }

    public EndpointConfig withFragmentOctets(int octets) {
        return new EndpointConfig(
                ikePort,
                natPort,
                retransmission,
                halfOpen,
                rekey,
                attempt,
                octets,
                invalidSpiReplies,
                idleLivenessFactor,
                extensions);
    }

    public EndpointConfig withInvalidSpiReplies(boolean on) {
        return new EndpointConfig(
                ikePort,
                natPort,
                retransmission,
                halfOpen,
                rekey,
                attempt,
                fragmentOctets,
                on,
                idleLivenessFactor,
                extensions);
    }

    public EndpointConfig withExtensions(Extensions other) {
        return new EndpointConfig(
                ikePort,
                natPort,
                retransmission,
                halfOpen,
                rekey,
                attempt,
                fragmentOctets,
                invalidSpiReplies,
                idleLivenessFactor,
                other);
    }
}
