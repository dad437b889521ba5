package dev.espalier.lab.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An open watch, read line by line by a thread of its own. */
final class Watching implements AutoCloseable {
    private static final ObjectNode END = Json.object().put("type", "END");

    private final int code;
    private final InputStream stream;
    private final BlockingQueue<ObjectNode> events = new LinkedBlockingQueue<>();

    Watching(int code, InputStream stream) {
        this.code = code;
        this.stream = stream;
        Thread.ofVirtual().start(this::read);
    }

    int code() {
        return code;
    }

    private void read() {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                events.add(Json.literal(line));
            }
        } catch (IOException e) {
            // Closed by the probe, or cut by the server; either way nothing more comes.
        } finally {
            events.add(END);
        }
    }

    /** The next event but bookmarks: {@code "ADDED name"}; {@code "END null"} when the stream is over. */
    String next() {
        return describe(nextEvent("BOOKMARK"));
    }

    /** The next event whose type is not {@code skipped}. */
    ObjectNode nextEvent(String skipped) {
        try {
            while (true) {
                ObjectNode event = events.poll(15, TimeUnit.SECONDS);
                assertThat(event).as("an event within 15 s").isNotNull();
                if (event != null && !event.path("type").asText().equals(skipped)) {
                    return event;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    static String describe(ObjectNode event) {
        return event.path("type").asText() + " "
                + Json.at(event, "object", "metadata", "name").asText("");
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
