package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.Objects;

/** Which pods a policy is about. A selector that is empty or absent matches all. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record PolicySelector(
        @JsonPropertyDescription("Namespaces by label. Empty: every namespace.") @Default("{}")
        LabelSelector namespaceSelector,

        @JsonPropertyDescription("Pods by label, in the namespaces selected. Empty: every pod.") @Default("{}")
        LabelSelector podSelector) {
    public static final PolicySelector EVERY_POD = new PolicySelector(new LabelSelector(), new LabelSelector());

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public PolicySelector {
        namespaceSelector = Objects.requireNonNullElseGet(namespaceSelector, LabelSelector::new);
        podSelector = Objects.requireNonNullElseGet(podSelector, LabelSelector::new);
    }

    /** Whether no pod is left out. */
    public boolean selectsEveryPod() {
        return isEmpty(namespaceSelector) && isEmpty(podSelector);
    }

    /** Whether it matches everything. */
    public static boolean isEmpty(LabelSelector selector) {
        return (selector.getMatchLabels() == null || selector.getMatchLabels().isEmpty())
                && (selector.getMatchExpressions() == null
                        || selector.getMatchExpressions().isEmpty());
    }
}
