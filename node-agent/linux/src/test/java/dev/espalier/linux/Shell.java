package dev.espalier.linux;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Runs commands of this machine for root tests. */
public final class Shell {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Shell() {}

    /** The command's output, errors included; throws when it exits with anything but 0. */
    public static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + output);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return output;
    }

    /** What `ip -j` says in a namespace. */
    public static JsonNode ip(String namespace, String arguments) throws IOException {
        String output = run(("ip -n " + namespace + " -j " + arguments).split(" "));
        return JSON.readTree(output.isBlank() ? "[]" : output);
    }
}
