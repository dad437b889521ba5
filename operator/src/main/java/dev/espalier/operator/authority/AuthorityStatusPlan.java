package dev.espalier.operator.authority;

import dev.espalier.crds.v1alpha1.IPSecAuthority;
import dev.espalier.crds.v1alpha1.IPSecAuthorityStatus;
import dev.espalier.crds.v1alpha1.RollStage;
import dev.espalier.crds.v1alpha1.StatusCondition;
import dev.espalier.operator.admission.OwnStatusGuard;
import dev.espalier.operator.pki.ApiServerVersion;
import dev.espalier.operator.pki.CaRoll;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The status of the IPSecAuthority. Conditions:
 *
 * <ul>
 *   <li>{@code Ready}: {@code Signing}, or {@code Expired};
 *   <li>{@code Rolling}: {@code Settled}, or the stage, with who is missing in the message; {@code WrongTime} when
 *       {@code spec.issuedAfter} is none;
 *   <li>{@code OwnStatusOnly} (CSR-10): {@code ValidatingAdmissionPolicy}, {@code Webhook}, or {@code NotEnforced};
 *   <li>{@code SchemaRules} (OPR-01): {@code ApiServer}, or {@code Operator} where the API server is too old for it.
 * </ul>
 */
final class AuthorityStatusPlan {
    private AuthorityStatusPlan() {}

    /** What {@code spec.issuedAfter} says. */
    record IssuedAfter(Optional<Instant> moment, boolean readable) {}

    /** What the schema lets through and is no time, such as the 31st of June, asks for nothing. */
    static IssuedAfter issuedAfter(IPSecAuthority authority) {
        String text = authority.getSpec() == null ? null : authority.getSpec().issuedAfter();
        if (text == null) {
            return new IssuedAfter(Optional.empty(), true);
        }
        try {
            return new IssuedAfter(Optional.of(Instant.parse(text)), true);
        } catch (DateTimeParseException e) {
            return new IssuedAfter(Optional.empty(), false);
        }
    }

    static IPSecAuthorityStatus of(
            IPSecAuthority authority,
            CaRoll.Position position,
            OwnStatusGuard.Protection protection,
            ApiServerVersion apiServer,
            Instant now) {
        long generation = Objects.requireNonNullElse(authority.getMetadata().getGeneration(), 0L);
        List<StatusCondition> conditions = new ArrayList<>();
        boolean over = !now.isBefore(position.notAfter());
        conditions.add(StatusCondition.of(
                IPSecAuthorityStatus.READY,
                over ? StatusCondition.FALSE : StatusCondition.TRUE,
                over ? "Expired" : "Signing",
                "the CA that signs " + (over ? "ended at " : "ends at ") + position.notAfter(),
                generation,
                now));
        conditions.add(rolling(authority, position, generation, now));
        conditions.add(StatusCondition.of(
                IPSecAuthorityStatus.OWN_STATUS_ONLY,
                protection.holds() ? StatusCondition.TRUE : StatusCondition.FALSE,
                protection.reason(),
                protection.message(),
                generation,
                now));
        conditions.add(schemaRules(apiServer, generation, now));
        List<StatusCondition> stored = authority.getStatus() == null
                ? List.of()
                : authority.getStatus().conditions();
        return new IPSecAuthorityStatus(
                generation,
                position.stage(),
                position.notAfter().toString(),
                position.anchors(),
                position.nodes(),
                position.nodes() - position.missing().size(),
                position.missing().stream()
                        .limit(IPSecAuthorityStatus.MAX_WAITING)
                        .toList(),
                StatusCondition.following(stored, conditions));
    }

    private static StatusCondition schemaRules(ApiServerVersion apiServer, long generation, Instant now) {
        boolean evaluates = apiServer.evaluatesSchemaRules();
        return StatusCondition.of(
                IPSecAuthorityStatus.SCHEMA_RULES,
                evaluates ? StatusCondition.TRUE : StatusCondition.FALSE,
                evaluates ? "ApiServer" : "Operator",
                evaluates
                        ? "API server " + apiServer + " refuses objects that break a rule of their schema"
                        : "API server " + apiServer
                                + " is from before 1.25 and stores objects that break a rule of their schema;"
                                + " the operator and the agents check the same rules: such a policy gets Accepted=False, and what was"
                                + " accepted before stays in force",
                generation,
                now);
    }

    private static StatusCondition rolling(
            IPSecAuthority authority, CaRoll.Position position, long generation, Instant now) {
        if (position.stage() == RollStage.SETTLED) {
            boolean readable = issuedAfter(authority).readable();
            return StatusCondition.of(
                    IPSecAuthorityStatus.ROLLING,
                    StatusCondition.FALSE,
                    readable ? "Settled" : "WrongTime",
                    readable
                            ? "every node trusts the CA that signs, and no other"
                            : "spec.issuedAfter is no time; nothing is done about it",
                    generation,
                    now);
        }
        return StatusCondition.of(
                IPSecAuthorityStatus.ROLLING,
                StatusCondition.TRUE,
                position.stage().toString(),
                position.message(),
                generation,
                now);
    }
}
