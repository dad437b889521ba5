package dev.espalier.lab.api.http;

import dev.espalier.lab.api.access.Attributes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a resource path names.
 *
 * @param plural empty when the path ends at the group version
 * @param name empty when the path names a collection
 */
record Target(String group, String version, String namespace, String plural, String name, String subresource) {
    private static final Pattern NAME_SELECTOR = Pattern.compile("(?:^|,)metadata\\.name==?([^,=]+)(?:,|$)");
    private static final Set<String> NAMESPACE_SUBRESOURCES = Set.of("status", "finalize");

    /** Parses {@code /api/v1/...} and {@code /apis/GROUP/VERSION/...}; empty for any other path. */
    static Optional<Target> parse(List<String> segments) {
        if (segments.size() >= 2 && segments.getFirst().equals("api")) {
            return Optional.of(resource("", segments.get(1), segments.subList(2, segments.size())));
        }
        if (segments.size() >= 3 && segments.getFirst().equals("apis")) {
            return Optional.of(resource(segments.get(1), segments.get(2), segments.subList(3, segments.size())));
        }
        return Optional.empty();
    }

    private static Target resource(String group, String version, List<String> rest) {
        boolean inNamespace = rest.size() >= 3
                && rest.getFirst().equals("namespaces")
                && !(group.isEmpty() && rest.size() == 3 && NAMESPACE_SUBRESOURCES.contains(rest.get(2)));
        List<String> parts = inNamespace ? rest.subList(2, rest.size()) : rest;
        String namespace = inNamespace ? rest.get(1) : "";
        return new Target(
                group, version, namespace, part(parts, 0), part(parts, 1), parts.size() > 3 ? "\0" : part(parts, 2));
    }

    private static String part(List<String> parts, int index) {
        return index < parts.size() ? parts.get(index) : "";
    }

    boolean isCollection() {
        return name.isEmpty();
    }

    Attributes attributes(String verb) {
        // A namespace is authorized as an object inside of itself, so that a role in it can grant reading it.
        String scope = group.isEmpty() && plural.equals("namespaces") && !name.isEmpty() ? name : namespace;
        return new Attributes(verb, group, plural, subresource, scope, name, "");
    }

    /** As the API server does it: a collection narrowed to one name is authorized as that name. */
    Attributes attributes(String verb, @Nullable String fieldSelector) {
        Attributes plain = attributes(verb);
        if (!isCollection() || fieldSelector == null) {
            return plain;
        }
        Matcher exact = NAME_SELECTOR.matcher(fieldSelector);
        return exact.find() ? new Attributes(verb, group, plural, subresource, namespace, exact.group(1), "") : plain;
    }
}
