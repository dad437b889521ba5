package dev.espalier.crds.policy;

import dev.espalier.crds.v1alpha1.PolicySelector;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One text for all selectors that mean the same by the letter: keys and values sorted. */
final class SelectorText {
    private SelectorText() {}

    static String of(PolicySelector selector) {
        return of(selector.namespaceSelector()) + "/" + of(selector.podSelector());
    }

    private static String of(LabelSelector selector) {
        Map<String, String> labels = Objects.requireNonNullElse(selector.getMatchLabels(), Map.of());
        List<LabelSelectorRequirement> expressions =
                Objects.requireNonNullElse(selector.getMatchExpressions(), List.of());
        return new TreeMap<>(labels)
                + expressions.stream().map(SelectorText::of).sorted().collect(Collectors.joining(",", "[", "]"));
    }

    private static String of(LabelSelectorRequirement expression) {
        List<String> values = Objects.requireNonNullElse(expression.getValues(), List.of());
        return expression.getKey() + " " + expression.getOperator() + " "
                + values.stream().sorted().toList();
    }
}
