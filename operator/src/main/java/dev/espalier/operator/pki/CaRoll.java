package dev.espalier.operator.pki;

import dev.espalier.crds.v1alpha1.IPSecAuthorityStatus.Anchor;
import dev.espalier.crds.v1alpha1.RollStage;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import org.jboss.logging.Logger;

/**
 * Replaces the CA without a packet lost: trust new, use new, drop old, each step when all have followed the one before. Reads where it
 * stands each time and takes at most one step, so it may be called as often as one likes, by whoever leads, after any crash.
 */
public final class CaRoll {
    private static final Logger LOG = Logger.getLogger(CaRoll.class);

    private static final int NAMED = 5;

    private final CaStore caStore;
    private final ConfigMapStore ledger;
    private final TrustPublication publication;
    private final CertificateAuthority.Maker maker;
    private final PkiEvents events;
    private final RollReminder reminder;
    private final Leadership leadership;
    private final Lock steps;
    private final InstantSource clock;

    CaRoll(
            CaStore caStore,
            ConfigMapStore ledger,
            TrustPublication publication,
            CertificateAuthority.Maker maker,
            PkiEvents events,
            Leadership leadership,
            Lock steps,
            InstantSource clock) {
        this.caStore = caStore;
        this.ledger = ledger;
        this.publication = publication;
        this.maker = maker;
        this.events = events;
        this.reminder = new RollReminder(events);
        this.leadership = leadership;
        this.steps = steps;
        this.clock = clock;
    }

    /**
     * Where the roll stands.
     *
     * @param notAfter of the CA that signs
     * @param nodes that hold a certificate which is good now
     * @param missing those of them that have not reported {@code stage}; by name
     */
    public record Position(RollStage stage, Instant notAfter, List<Anchor> anchors, int nodes, List<String> missing) {
        public Position {
            anchors = List.copyOf(anchors);
            missing = List.copyOf(missing);
        }

        /** For people: what the nodes have to report now, and who has not. */
        public String message() {
            String goal = switch (stage) {
                case SETTLED -> "settled";
                case TRUST_NEW -> "to trust the next CA";
                case USE_NEW -> "to use a certificate of the new CA";
                case DROP_OLD -> "to trust the old CA no more";
            };
            if (missing.isEmpty()) {
                return "all " + nodes + " nodes have come " + goal;
            }
            return "waiting for " + missing.size() + " of " + nodes + " nodes " + goal + ": "
                    + String.join(", ", missing.subList(0, Math.min(NAMED, missing.size())))
                    + (missing.size() > NAMED ? " and " + (missing.size() - NAMED) + " more" : "");
        }
    }

    /**
     * Takes the step that is due, if one is, and publishes what follows from it.
     *
     * @param issuedAfter a CA made before this is to be replaced, once it has come
     * @param reports what the nodes' agents say is in force, by node name
     * @throws Leadership.NotLeadingException when a step is due and this process may not take it
     * @throws io.fabric8.kubernetes.client.KubernetesClientException as the API server says; to be called again
     */
    public Position advance(Optional<Instant> issuedAfter, Map<String, NodeTrust> reports) {
        CaState state = caStore.obtain().state();
        CaRollPlan plan = plan(state, issuedAfter, reports);
        if (plan.step() != CaRollPlan.Step.STAY) {
            state = step(issuedAfter, reports);
            plan = plan(state, issuedAfter, reports);
        }
        // Also without a step: whoever took the last one may have died right after it.
        publication.publish();
        return new Position(
                plan.stage(),
                state.current().certificate().getNotAfter().toInstant(),
                anchors(state),
                plan.nodes(),
                plan.missing());
    }

    /** Looked at again, because what was signed until the lock was had counts. */
    private CaState step(Optional<Instant> issuedAfter, Map<String, NodeTrust> reports) {
        steps.lock();
        try {
            CaStore.Stored stored = caStore.obtain();
            CaRollPlan plan = plan(stored.state(), issuedAfter, reports);
            if (plan.step() == CaRollPlan.Step.STAY) {
                return stored.state();
            }
            leadership.require();
            CaState after = take(plan.step(), stored);
            announce(plan.step(), plan.nodes(), after);
            return after;
        } finally {
            steps.unlock();
        }
    }

    /** Writes a Warning event when a stage has waited for long. */
    public void remind(Position position, Instant now) {
        reminder.remind(position, now);
    }

    private CaRollPlan plan(CaState state, Optional<Instant> issuedAfter, Map<String, NodeTrust> reports) {
        Instant now = clock.instant();
        Ledger issued = ledger.read().map(Ledger::parse).orElse(Ledger.EMPTY);
        return CaRollPlan.of(
                CaRollPlan.Authorities.of(state, isDue(state.current(), issuedAfter, now)),
                issued.holders(now),
                reports);
    }

    /** A certificate's times are whole seconds. */
    static boolean isDue(CertificateAuthority authority, Optional<Instant> issuedAfter, Instant now) {
        boolean asked = issuedAfter
                .map(moment -> moment.truncatedTo(ChronoUnit.SECONDS))
                .filter(moment -> !now.isBefore(moment) && authority.madeAt().isBefore(moment))
                .isPresent();
        return asked || !now.isBefore(authority.renewAt());
    }

    private CaState take(CaRollPlan.Step step, CaStore.Stored stored) {
        CaState state = stored.state();
        CaState next = switch (step) {
            case STAY -> state;
            case INTRODUCE -> state.introducing(maker.make());
            case USE_NEXT -> state.usingNext();
            case DROP_PREVIOUS -> state.droppingPrevious();
        };
        return caStore.replace(stored, next).state();
    }

    private void announce(CaRollPlan.Step step, int nodes, CaState state) {
        String current = Fingerprint.of(state.current().certificate());
        switch (step) {
            case STAY -> {}
            case INTRODUCE ->
                say(
                        "CaRollTrustNew",
                        "nodes are told to trust the next CA "
                                + state.next()
                                        .map(next -> Fingerprint.of(next.certificate()))
                                        .orElse("") + "; " + current + " signs");
            case USE_NEXT ->
                say(
                        "CaRollUseNew",
                        "all " + nodes + " nodes trust CA " + current
                                + ", which signs from now on; the key of the old one is deleted");
            case DROP_PREVIOUS ->
                say(
                        "CaRollDropOld",
                        "all " + nodes + " nodes use certificates of CA " + current
                                + "; the old one is trusted no more");
        }
    }

    private void say(String reason, String message) {
        LOG.infof("CA roll: %s", message);
        events.roll("Normal", reason, message);
    }

    private static List<Anchor> anchors(CaState state) {
        List<Anchor> anchors = new ArrayList<>();
        anchors.add(anchor(state.current().certificate(), "Signs"));
        state.next().ifPresent(next -> anchors.add(anchor(next.certificate(), "Next")));
        state.previous().ifPresent(previous -> anchors.add(anchor(previous, "Previous")));
        return anchors;
    }

    private static Anchor anchor(X509Certificate certificate, String role) {
        return new Anchor(
                Fingerprint.of(certificate),
                role,
                certificate.getNotAfter().toInstant().toString());
    }
}
