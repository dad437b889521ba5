package dev.espalier.lab.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.access.Rbac;
import dev.espalier.lab.api.apply.Ownership;
import dev.espalier.lab.api.apply.ServerSideApply;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.FieldError;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.model.ResourceType;
import dev.espalier.lab.api.store.Lifecycle;
import dev.espalier.lab.api.store.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Creates, updates and applies. Every write: read, change, restrict to what may change, default, validate, track owners, store. */
public final class ResourceWriter {
    private static final List<String> SERVER_FIELDS = List.of(
            "uid",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "generation",
            "managedFields",
            "selfLink");
    private static final KindRules NO_RULES = new KindRules() {};

    private final Store store;
    private final Lifecycle lifecycle;
    private final Map<String, KindRules> rules;
    private final AdmissionPolicies policies;

    public ResourceWriter(Store store, Lifecycle lifecycle, Rbac rbac) {
        this.store = store;
        this.lifecycle = lifecycle;
        this.policies = new AdmissionPolicies(store);
        this.rules = new HashMap<>(CoreRules.all());
        this.rules.put("certificates.k8s.io/certificatesigningrequests", new CertificateRequestRules(rbac));
        this.rules.put("apiextensions.k8s.io/customresourcedefinitions", new DefinitionRules());
    }

    /** Stores a new object and returns it in stored form. */
    public ObjectNode create(ResourceType type, String namespace, ObjectNode body, WriteOptions options) {
        checkKind(type, body);
        ObjectNode object = type.toStored(body.deepCopy());
        ObjectNames.settle(type, namespace, object);
        if (!Meta.resourceVersion(object).isEmpty()) {
            throw ApiException.badRequest("resourceVersion should not be set on objects to be created");
        }
        Meta.of(object).remove(SERVER_FIELDS);
        return store.alone(() -> createAlone(type, object, owner(type, options, "Update", ""), false, options));
    }

    private ObjectNode createAlone(
            ResourceType type, ObjectNode object, Ownership.Owner owner, boolean tracked, WriteOptions options) {
        Store.Key key = key(type, object);
        requireNamespace(type, key);
        if (store.get(key) != null) {
            throw ApiException.alreadyExists(type, key.name());
        }
        ObjectNode metadata = Meta.of(object);
        metadata.put("uid", UUID.randomUUID().toString()).put("creationTimestamp", Meta.timestamp());
        if (type.countsGenerations()) {
            metadata.put("generation", 1L);
        }
        if (type.hasStatus() && type.custom()) {
            object.remove("status");
        }
        guarded(type, key.name(), () -> rules(type).beforeCreate(object, options));
        conform(type, object, options);
        policies.review(type, null, object, "", options);
        if (!tracked) {
            Ownership.trackUpdate(Json.object(), object, type, owner);
        }
        if (options.dryRun()) {
            return object;
        }
        return store.put(key, object);
    }

    /**
     * Changes an object that exists.
     *
     * @param subresource empty, {@code status}, or another one that writes
     * @param change gets the object as its type shows it and returns the whole new one
     * @param whole whether the client sent a whole object (PUT): then some kinds insist on a resource version
     * @return the result in stored form
     */
    public ObjectNode update(
            ResourceType type,
            String namespace,
            String name,
            String subresource,
            UnaryOperator<ObjectNode> change,
            boolean whole,
            WriteOptions options) {
        Store.Key key = new Store.Key(type.storageKey(), namespace, name);
        return store.alone(() -> {
            ObjectNode current = existing(type, key);
            ObjectNode changed = change.apply(type.fromStored(current).deepCopy());
            checkKind(type, changed);
            ObjectNode candidate = type.toStored(changed);
            checkIdentity(type, key, current, candidate, whole);
            return settle(
                    type,
                    key,
                    current,
                    candidate,
                    subresource,
                    owner(type, options, "Update", subresource),
                    false,
                    options);
        });
    }

    /** Server-side apply; creates the object when it is not there. Returns the result in stored form. */
    public Applied apply(
            ResourceType type,
            String namespace,
            String name,
            String subresource,
            ObjectNode config,
            WriteOptions options) {
        checkKind(type, config);
        Store.Key key = new Store.Key(type.storageKey(), namespace, name);
        ObjectNode wanted = type.toStored(config.deepCopy());
        Meta.of(wanted).put("name", name);
        ObjectNames.settle(type, namespace, wanted);
        if (Json.at(wanted, "metadata", "managedFields").size() > 0) {
            throw ApiException.badRequest("metadata.managedFields must be nil");
        }
        if (!wanted.path("metadata").path("name").asText().equals(name)) {
            throw ApiException.badRequest("the name of the object does not match the name on the URL");
        }
        UnknownFields.refuseInApply(type, wanted);
        restrictConfig(type, wanted, subresource);
        Ownership.Owner owner = owner(type, options, "Apply", subresource);
        return store.alone(() -> {
            ObjectNode current = store.get(key);
            ServerSideApply apply = new ServerSideApply(type, owner);
            if (current == null) {
                if (!subresource.isEmpty()) {
                    throw ApiException.notFound(type, name);
                }
                if (!Meta.resourceVersion(wanted).isEmpty() || !Meta.uid(wanted).isEmpty()) {
                    throw ApiException.notFound(type, name);
                }
                ObjectNode made = apply.apply(Json.object(), wanted, options.force());
                return new Applied(createAlone(type, made, owner, true, options), true);
            }
            checkIdentity(type, key, current, wanted, false);
            Meta.of(wanted).remove("resourceVersion");
            ObjectNode merged = apply.apply(current, wanted, options.force());
            return new Applied(settle(type, key, current, merged, subresource, owner, true, options), false);
        });
    }

    /** The result of an apply. */
    public record Applied(ObjectNode object, boolean created) {}

    private ObjectNode settle(
            ResourceType type,
            Store.Key key,
            ObjectNode current,
            ObjectNode candidate,
            String subresource,
            Ownership.Owner owner,
            boolean tracked,
            WriteOptions options) {
        JsonNode managed = Json.at(candidate, "metadata", "managedFields");
        keepServerFields(current, candidate, tracked ? managed : Json.at(current, "metadata", "managedFields"));
        ObjectNode after = restrict(type, current, candidate, subresource);
        if (tracked) {
            Meta.of(after).set("managedFields", managed);
        }
        guarded(type, key.name(), () -> rules(type).beforeUpdate(current, after, subresource, options));
        refuseNewFinalizers(type, key.name(), current, after);
        conform(type, after, options);
        policies.review(type, current, after, subresource, options);
        if (type.countsGenerations() && specChanged(type, current, after)) {
            Meta.of(after).put("generation", Meta.generation(current) + 1);
        }
        if (!tracked) {
            Ownership.trackUpdate(current, after, type, owner);
        }
        Meta.of(after).put("resourceVersion", Meta.resourceVersion(current));
        if (after.equals(current)) {
            return current;
        }
        return options.dryRun() ? after : lifecycle.settle(key, after);
    }

    private static void keepServerFields(ObjectNode current, ObjectNode candidate, JsonNode managedFields) {
        ObjectNode metadata = Meta.of(candidate);
        for (String field : SERVER_FIELDS) {
            JsonNode value = Json.at(current, "metadata", field);
            if (value.isMissingNode()) {
                metadata.remove(field);
            } else {
                metadata.set(field, value);
            }
        }
        if (!managedFields.isMissingNode()) {
            metadata.set("managedFields", managedFields);
        }
    }

    /** Status writes change the status alone; other writes change everything but the status, where there is a status subresource. */
    private static ObjectNode restrict(
            ResourceType type, ObjectNode current, ObjectNode candidate, String subresource) {
        if (subresource.equals("status")) {
            ObjectNode after = current.deepCopy();
            copyField(candidate, after, "status");
            return after;
        }
        if (type.hasStatus() && subresource.isEmpty()) {
            copyField(current, candidate, "status");
        }
        return candidate;
    }

    private static void copyField(ObjectNode from, ObjectNode to, String field) {
        JsonNode value = from.get(field);
        if (value == null) {
            to.remove(field);
        } else {
            to.set(field, value.deepCopy());
        }
    }

    private static void restrictConfig(ResourceType type, ObjectNode config, String subresource) {
        if (subresource.equals("status")) {
            ObjectNode metadata = Meta.of(config);
            metadata.retain("name", "namespace", "uid", "resourceVersion");
            config.retain("apiVersion", "kind", "metadata", "status");
        } else if (type.hasStatus()) {
            config.remove("status");
        }
    }

    private static boolean specChanged(ResourceType type, ObjectNode before, ObjectNode after) {
        List<String> ignored = type.hasStatus() ? List.of("metadata", "status") : List.of("metadata");
        return !before.deepCopy().without(ignored).equals(after.deepCopy().without(ignored));
    }

    private void conform(ResourceType type, ObjectNode object, WriteOptions options) {
        List<FieldError> errors = new ArrayList<>();
        UnknownFields.conform(type, object, options, errors);
        errors.addAll(rules(type).validate(object));
        if (!errors.isEmpty()) {
            throw ApiException.invalid(type, Meta.name(object), errors);
        }
    }

    private static void refuseNewFinalizers(ResourceType type, String name, ObjectNode current, ObjectNode after) {
        if (!Meta.isDeleting(current)) {
            return;
        }
        List<String> added = Meta.finalizers(after).stream()
                .filter(f -> !Meta.finalizers(current).contains(f))
                .toList();
        if (!added.isEmpty()) {
            throw ApiException.invalid(
                    type,
                    name,
                    List.of(FieldError.forbidden(
                            "metadata.finalizers",
                            "no new finalizers can be added if the object is being deleted, found new finalizers "
                                    + added)));
        }
    }

    private static void checkIdentity(
            ResourceType type, Store.Key key, ObjectNode current, ObjectNode candidate, boolean whole) {
        String name = Meta.name(candidate);
        if (!name.isEmpty() && !name.equals(key.name())) {
            throw ApiException.badRequest(
                    "the name of the object (" + name + ") does not match the name on the URL (" + key.name() + ")");
        }
        if (type.namespaced()
                && !Meta.namespace(candidate).isEmpty()
                && !Meta.namespace(candidate).equals(key.namespace())) {
            throw ApiException.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
        String uid = Meta.uid(candidate);
        if (!uid.isEmpty() && !uid.equals(Meta.uid(current))) {
            throw ApiException.conflict(
                    type,
                    key.name(),
                    "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + Meta.uid(current));
        }
        String version = Meta.resourceVersion(candidate);
        if (version.isEmpty() && whole && (type.custom() || NEEDS_VERSION.contains(type.storageKey()))) {
            throw ApiException.invalid(
                    type,
                    key.name(),
                    List.of(FieldError.invalid("metadata.resourceVersion", "0x0", "must be specified for an update")));
        }
        if (!version.isEmpty() && !version.equals(Meta.resourceVersion(current))) {
            throw ApiException.conflict(
                    type,
                    key.name(),
                    "the object has been modified; please apply your changes to the latest version and try again");
        }
        Meta.of(candidate).put("name", key.name());
        if (type.namespaced()) {
            Meta.of(candidate).put("namespace", key.namespace());
        }
    }

    private static final List<String> NEEDS_VERSION =
            List.of("coordination.k8s.io/leases", "apiextensions.k8s.io/customresourcedefinitions");

    private static void checkKind(ResourceType type, ObjectNode body) {
        String kind = Json.textOrEmpty(body, "kind");
        String version = Json.textOrEmpty(body, "apiVersion");
        if (!version.equals(type.apiVersion()) && !(version.isEmpty() && !type.custom())) {
            throw ApiException.badRequest("the API version in the data (" + version
                    + ") does not match the expected API version (" + type.apiVersion() + ")");
        }
        if (!kind.equals(type.kind()) && !(kind.isEmpty() && !type.custom())) {
            if (type.custom()) {
                throw ApiException.invalid(
                        type,
                        Meta.name(body),
                        List.of(FieldError.invalid("kind", "\"" + kind + "\"", "must be " + type.kind())));
            }
            throw ApiException.badRequest(
                    "the object provided is unrecognized (must be of kind " + type.kind() + "): got " + kind);
        }
        body.put("kind", type.kind()).put("apiVersion", type.apiVersion());
    }

    private void requireNamespace(ResourceType type, Store.Key key) {
        if (!type.namespaced()) {
            return;
        }
        ObjectNode namespace = store.get(new Store.Key("/namespaces", "", key.namespace()));
        if (namespace == null) {
            throw ApiException.of(404, "NotFound", "namespaces \"" + key.namespace() + "\" not found");
        }
        if (Meta.isDeleting(namespace)) {
            throw ApiException.forbidden(
                    type,
                    key.name(),
                    "unable to create new content in namespace " + key.namespace() + " because it is being terminated");
        }
    }

    private ObjectNode existing(ResourceType type, Store.Key key) {
        ObjectNode current = store.get(key);
        if (current == null) {
            throw ApiException.notFound(type, key.name());
        }
        return current;
    }

    private static void guarded(ResourceType type, String name, Runnable rule) {
        try {
            rule.run();
        } catch (KindRulesViolation e) {
            throw ApiException.invalid(type, name, List.of(e.error()));
        }
    }

    private KindRules rules(ResourceType type) {
        return rules.getOrDefault(type.storageKey(), NO_RULES);
    }

    private static Ownership.Owner owner(
            ResourceType type, WriteOptions options, String operation, String subresource) {
        return new Ownership.Owner(options.manager(), operation, type.apiVersion(), subresource);
    }

    private static Store.Key key(ResourceType type, ObjectNode object) {
        return new Store.Key(type.storageKey(), type.namespaced() ? Meta.namespace(object) : "", Meta.name(object));
    }
}
