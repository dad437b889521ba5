package dev.espalier.ike.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.wire.Octets;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;

/** Files of vectors under the folder that system property {@code espalier.vectors} names. A test that asks for one that is absent is skipped. */
public final class Vectors {
    private Vectors() {}

    public static JsonNode json(String file) {
        Path path = Path.of(System.getProperty("espalier.vectors", "vectors-not-configured"), file);
        Assumptions.assumeTrue(Files.exists(path), () -> "no vectors at " + path);
        try (InputStream raw = Files.newInputStream(path);
                InputStream in = file.endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All cases of {@code wycheproof/<name>_test.json.gz}. */
    public static List<Case> wycheproof(String name) {
        List<Case> cases = new ArrayList<>();
        for (JsonNode group : json("wycheproof/" + name + "_test.json.gz").get("testGroups")) {
            for (JsonNode test : group.get("tests")) {
                cases.add(new Case(name, group, test));
            }
        }
        return cases;
    }

    /**
     * Every case that must be refused, or has anything odd about it that a caller of the provider has to see to, and each
     * {@code every}-th of those that must be accepted. These differ in what the provider computes and not in what our code does with
     * them, and the larger curves take milliseconds each; {@code -Pnightly} runs all.
     */
    public static List<Case> sampled(String name, int every) {
        List<Case> all = wycheproof(name);
        if (Boolean.getBoolean("espalier.vectors.all")) {
            return all;
        }
        List<Case> sample = new ArrayList<>();
        int valid = 0;
        for (Case one : all) {
            if (!one.valid() || valid++ % every == 0) {
                sample.add(one);
            }
        }
        return sample;
    }

    /** One case of Wycheproof. */
    public record Case(String file, JsonNode group, JsonNode test) {
        public Octets octets(String field) {
            return Octets.fromHex(test.get(field).asText());
        }

        public boolean valid() {
            return test.get("result").asText().equals("valid");
        }

        public boolean invalid() {
            return test.get("result").asText().equals("invalid");
        }

        public boolean flagged(String flag) {
            for (JsonNode node : test.get("flags")) {
                if (node.asText().equals(flag)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String toString() {
            JsonNode comment = test.get("comment");
            return file + " #" + test.get("tcId").asInt() + (comment == null ? "" : " " + comment.asText());
        }
    }
}
