package dev.espalier.crds.policy;

import java.util.List;
import java.util.stream.Collectors;

/** What {@link PolicyValidation} makes of a policy. */
public sealed interface PolicyVerdict {
    record Accepted(EffectivePolicy policy) implements PolicyVerdict {}

    /** @param findings at least one */
    record Refused(List<Finding> findings) implements PolicyVerdict {
        public Refused {
            findings = List.copyOf(findings);
            if (findings.isEmpty()) {
                throw new IllegalArgumentException("refused without a finding");
            }
        }

        /** {@code Invalid} when anything is, else {@code NotSupported}. */
        public Finding.Reason reason() {
            return findings.stream().anyMatch(finding -> finding.reason() == Finding.Reason.INVALID)
                    ? Finding.Reason.INVALID
                    : Finding.Reason.NOT_SUPPORTED;
        }

        /** All findings in one line, each with its field. */
        public String message() {
            return findings.stream().map(Finding::toString).collect(Collectors.joining("; "));
        }
    }
}
