package dev.espalier.lab.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.Faults;
import dev.espalier.lab.api.access.Rbac;
import dev.espalier.lab.api.access.TokenRequests;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.model.ResourceType;
import dev.espalier.lab.api.rest.Deletions;
import dev.espalier.lab.api.rest.ResourceWriter;
import dev.espalier.lab.api.rest.WriteOptions;
import dev.espalier.lab.api.store.Lifecycle;
import dev.espalier.lab.api.store.Store;
import java.io.IOException;
import java.util.Set;

/** The verbs on resources, once a request is authenticated and authorized. */
final class ResourceEndpoints {
    private static final Set<String> WRITABLE_SUBRESOURCES = Set.of("status", "approval", "finalize");

    private final Store store;
    private final Rbac rbac;
    private final ResourceWriter writer;
    private final Deletions deletions;
    private final PatchRequests patches;
    private final Lists lists;
    private final Watches watches;
    private final Reviews reviews;
    private final TokenRequests tokens;
    private final Faults faults;

    ResourceEndpoints(
            Store store,
            Rbac rbac,
            ResourceWriter writer,
            Deletions deletions,
            Watches watches,
            Reviews reviews,
            TokenRequests tokens,
            Faults faults) {
        this.store = store;
        this.rbac = rbac;
        this.writer = writer;
        this.deletions = deletions;
        this.patches = new PatchRequests(writer);
        this.lists = new Lists(store, faults);
        this.watches = watches;
        this.reviews = reviews;
        this.tokens = tokens;
        this.faults = faults;
    }

    /** The RBAC verb of a request. */
    static String verb(Request request, Target target) {
        return switch (request.method()) {
            case "GET" -> request.flag("watch") ? "watch" : target.isCollection() ? "list" : "get";
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> target.isCollection() ? "deletecollection" : "delete";
            default -> throw ApiException.methodNotAllowed();
        };
    }

    void serve(Request request, Target target, ResourceType type, String verb)
            throws IOException, InterruptedException {
        if (type.namespaced()
                && target.namespace().isEmpty()
                && !(target.isCollection() && Set.of("list", "watch").contains(verb))) {
            throw ApiException.noSuchPath();
        }
        if (!type.namespaced() && !target.namespace().isEmpty()) {
            throw ApiException.noSuchPath();
        }
        if (!target.subresource().isEmpty() && !type.subresources().contains(target.subresource())) {
            throw ApiException.noSuchPath();
        }
        if (Reviews.isReview(type)) {
            if (!verb.equals("create")) {
                throw ApiException.methodNotAllowed();
            }
            Responses.json(request.exchange(), 201, reviews.answer(type, request.bodyObject(), request.user()));
            return;
        }
        switch (verb) {
            case "get" -> get(request, target, type);
            case "list" -> list(request, target, type);
            case "watch" -> watches.serve(request, Selection.of(type, target, request));
            case "create" -> create(request, target, type);
            case "update" -> update(request, target, type);
            case "patch" -> patch(request, target, type);
            case "delete" -> delete(request, target, type);
            default -> deleteCollection(request, target, type);
        }
    }

    private void get(Request request, Target target, ResourceType type) throws IOException {
        if (!target.subresource().isEmpty() && !WRITABLE_SUBRESOURCES.contains(target.subresource())) {
            throw ApiException.methodNotAllowed();
        }
        ObjectNode object = store.get(new Store.Key(type.storageKey(), target.namespace(), target.name()));
        if (object == null) {
            throw ApiException.notFound(type, target.name());
        }
        Responses.json(request.exchange(), 200, View.of(request).one(type, object));
    }

    private void list(Request request, Target target, ResourceType type) throws IOException {
        Lists.Chunk chunk = lists.read(Selection.of(type, target, request), request);
        JsonNode answer = View.of(request).list(type, chunk.items(), chunk.listMeta());
        if (!chunk.items().isEmpty() && faults.cutsList()) {
            Responses.brokenOff(request.exchange(), answer);
        } else {
            Responses.json(request.exchange(), 200, answer);
        }
    }

    private void create(Request request, Target target, ResourceType type) throws IOException {
        if (target.subresource().equals("token")) {
            Responses.json(
                    request.exchange(),
                    201,
                    tokens.answer(type, target.namespace(), target.name(), request.bodyObject()));
            return;
        }
        if (!target.isCollection()) {
            throw ApiException.methodNotAllowed();
        }
        WriteOptions options = request.writeOptions();
        ObjectNode created = writer.create(type, target.namespace(), request.bodyObject(), options);
        Responses.json(request.exchange(), 201, View.of(request).one(type, created), options.warnings());
    }

    private void update(Request request, Target target, ResourceType type) throws IOException {
        requireWritable(target);
        WriteOptions options = request.writeOptions();
        ObjectNode body = request.bodyObject();
        ObjectNode updated = writer.update(
                type, target.namespace(), target.name(), target.subresource(), current -> body, true, options);
        Responses.json(request.exchange(), 200, View.of(request).one(type, updated), options.warnings());
    }

    private void patch(Request request, Target target, ResourceType type) throws IOException {
        requireWritable(target);
        if (PatchRequests.isApply(request)) {
            requireCreateIfAbsent(request, target, type);
        }
        WriteOptions options = request.writeOptions();
        ResourceWriter.Applied result = patches.answer(type, target, request, options);
        Responses.json(
                request.exchange(),
                result.created() ? 201 : 200,
                View.of(request).one(type, result.object()),
                options.warnings());
    }

    /** An apply that makes the object needs the verb create, too. */
    private void requireCreateIfAbsent(Request request, Target target, ResourceType type) {
        boolean absent = store.get(new Store.Key(type.storageKey(), target.namespace(), target.name())) == null;
        if (absent && target.subresource().isEmpty() && !rbac.allows(request.user(), target.attributes("create"))) {
            throw ApiException.forbidden(
                    type, target.name(), target.attributes("create").refusal(request.user()));
        }
    }

    private static void requireWritable(Target target) {
        boolean writable = target.subresource().isEmpty() || WRITABLE_SUBRESOURCES.contains(target.subresource());
        if (target.isCollection() || !writable) {
            throw ApiException.methodNotAllowed();
        }
    }

    private void delete(Request request, Target target, ResourceType type) throws IOException {
        if (!target.subresource().isEmpty()) {
            throw ApiException.methodNotAllowed();
        }
        Lifecycle.Outcome outcome = deletions.delete(type, target.namespace(), target.name(), deleteOptions(request));
        if (outcome.removed() && !type.storageKey().equals("/pods")) {
            Responses.json(request.exchange(), 200, success(type, outcome.object()));
        } else {
            Responses.json(request.exchange(), 200, View.of(request).one(type, outcome.object()));
        }
    }

    private void deleteCollection(Request request, Target target, ResourceType type) throws IOException {
        Selection selection = Selection.of(type, target, request);
        Deletions.Options options = deleteOptions(request);
        Store.Snapshot snapshot = store.list(type.storageKey(), target.namespace());
        ObjectNode answer = Json.object().put("kind", type.listKind()).put("apiVersion", type.apiVersion());
        answer.putObject("metadata").put("resourceVersion", Long.toString(snapshot.revision()));
        ArrayNode items = answer.putArray("items");
        for (ObjectNode object : snapshot.items()) {
            if (selection.includes(object)) {
                try {
                    items.add(type.fromStored(deletions
                            .delete(type, target.namespace(), Meta.name(object), options)
                            .object()));
                } catch (ApiException e) {
                    // Gone since the list was read; that is what was asked for.
                    if (e.code() != 404) {
                        throw e;
                    }
                }
            }
        }
        Responses.json(request.exchange(), 200, answer);
    }

    private static Deletions.Options deleteOptions(Request request) {
        byte[] body = request.body();
        ObjectNode options = body.length == 0 ? Json.object() : Json.parseObject(body, deleteMediaType(request));
        String policy = request.parameter("propagationPolicy");
        if (policy != null) {
            options.put("propagationPolicy", policy);
        }
        if (request.parameter("gracePeriodSeconds") != null) {
            options.put("gracePeriodSeconds", request.number("gracePeriodSeconds", 0));
        }
        return Deletions.Options.of(options, request.dryRun());
    }

    private static String deleteMediaType(Request request) {
        if (request.mediaType().contains("protobuf") || request.mediaType().contains("cbor")) {
            throw ApiException.unsupportedMediaType(
                    request.mediaType(), java.util.List.of("application/json", "application/yaml"));
        }
        return request.mediaType();
    }

    private static ObjectNode success(ResourceType type, ObjectNode object) {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success");
        ObjectNode details = status.putObject("details").put("name", Meta.name(object));
        if (!type.group().isEmpty()) {
            details.put("group", type.group());
        }
        details.put("kind", type.plural()).put("uid", Meta.uid(object));
        return status;
    }
}
