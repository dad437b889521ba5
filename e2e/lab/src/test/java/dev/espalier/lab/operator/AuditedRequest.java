package dev.espalier.lab.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A request as the API server has written it down.
 *
 * @param resource such as {@code ipsecnodes} or {@code ipsecnodes/status}; the path for what is none
 */
record AuditedRequest(String verb, String resource, int code, Instant received, Instant done) {
    static List<AuditedRequest> read(Path log) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<AuditedRequest> requests = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            JsonNode event = json.readTree(line);
            JsonNode object = event.path("objectRef");
            String sub = object.path("subresource").asText();
            requests.add(new AuditedRequest(
                    event.path("verb").asText(),
                    object.isMissingNode()
                            ? event.path("requestURI").asText()
                            : object.path("resource").asText() + (sub.isEmpty() ? "" : "/" + sub),
                    event.at("/responseStatus/code").asInt(),
                    Instant.parse(event.path("requestReceivedTimestamp").asText()),
                    Instant.parse(event.path("stageTimestamp").asText())));
        }
        return requests;
    }
}
