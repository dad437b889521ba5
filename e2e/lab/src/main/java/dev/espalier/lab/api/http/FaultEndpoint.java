package dev.espalier.lab.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.Faults;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * {@code POST /lab/faults}, for administrators: {@code {"latencyMillis": 200, "failNext": 3, "unavailable": true, "dropWatches": true,
 * "forgetHistory": true, "throttleNext": 3, "cutLists": 1, "expireContinues": true, "hideFromLists": "node-1"}}, each field optional.
 */
final class FaultEndpoint {
    static final List<String> PATH = List.of("lab", "faults");

    private final Faults faults;

    FaultEndpoint(Faults faults) {
        this.faults = faults;
    }

    void serve(Request request) throws IOException {
        if (!request.method().equals("POST")) {
            throw ApiException.methodNotAllowed();
        }
        ObjectNode asked = request.bodyObject();
        for (Map.Entry<String, com.fasterxml.jackson.databind.JsonNode> fault : asked.properties()) {
            switch (fault.getKey()) {
                case "latencyMillis" ->
                    faults.latency(Duration.ofMillis(fault.getValue().asLong()));
                case "failNext" -> faults.failNext(fault.getValue().asInt());
                case "unavailable" -> faults.unavailable(fault.getValue().asBoolean());
                case "dropWatches" -> runIf(fault.getValue().asBoolean(), faults::dropWatches);
                case "forgetHistory" -> runIf(fault.getValue().asBoolean(), faults::forgetHistory);
                case "throttleNext" -> faults.throttleNext(fault.getValue().asInt());
                case "cutLists" -> faults.cutLists(fault.getValue().asInt());
                case "expireContinues" ->
                    faults.expireContinues(fault.getValue().asBoolean());
                case "hideFromLists" -> faults.hideFromLists(fault.getValue().asText());
                default -> throw ApiException.badRequest("no fault is called " + fault.getKey());
            }
        }
        Responses.json(request.exchange(), 200, Json.object().put("status", "ok"));
    }

    private static void runIf(boolean wanted, Runnable action) {
        if (wanted) {
            action.run();
        }
    }
}
