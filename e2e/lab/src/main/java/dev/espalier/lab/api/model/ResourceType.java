package dev.espalier.lab.api.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/**
 * One served resource in one version.
 *
 * @param group empty for the core group
 * @param subresources such as {@code status}
 * @param countsGenerations whether {@code metadata.generation} is kept
 * @param schema the OpenAPI schema of a custom resource; empty for built-in resources, whose fields are not checked
 * @param columns what {@code kubectl get} shows beside the name; empty for the default (age)
 * @param custom defined by a CustomResourceDefinition
 */
public record ResourceType(
        String group,
        String version,
        String plural,
        String singular,
        String kind,
        boolean namespaced,
        List<String> shortNames,
        List<String> categories,
        Set<String> subresources,
        boolean countsGenerations,
        ObjectNode schema,
        List<PrinterColumn> columns,
        boolean custom) {

    /** {@code apiVersion} of its objects. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    public String listKind() {
        return kind + "List";
    }

    /** {@code plural.group}, as in messages and in CRD names. */
    public String qualifiedPlural() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    /** Where its objects are kept: versions share it, and so do the two groups of events. */
    public String storageKey() {
        return Events.isEvents(this) ? "/events" : group + "/" + plural;
    }

    public boolean hasStatus() {
        return subresources.contains("status");
    }

    /** A stored object as this version shows it. */
    public ObjectNode fromStored(ObjectNode stored) {
        if (Events.isEvents(this) && !group.isEmpty()) {
            return Events.toEventsGroup(stored);
        }
        if (apiVersion().equals(Json.text(stored, "apiVersion"))) {
            return stored;
        }
        ObjectNode copy = stored.deepCopy();
        copy.put("apiVersion", apiVersion());
        return copy;
    }

    /** The stored form of an object of this version; the argument may be changed. */
    public ObjectNode toStored(ObjectNode object) {
        return Events.isEvents(this) && !group.isEmpty() ? Events.toCore(object) : object;
    }
}
