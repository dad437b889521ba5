package dev.espalier.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("CNI-02")
class JsonTest {
    private static final ObjectMapper JACKSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    @Test
    void readsWhatARuntimeSends() throws CniFailure {
        assertThat(Json.parseObject(
                        " {\"cniVersion\":\"1.1.0\", \"a\\u0041\\n\":[1, -2.5e+3, true, false, null, {}, []] }\r\n"))
                .isEqualTo(Map.of(
                        "cniVersion",
                        "1.1.0",
                        "aA\n",
                        Arrays.asList(1.0, -2500.0, true, false, null, Map.of(), List.of())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "[1,]",
                "{a:1}",
                "{'a':1}",
                "01",
                "1.",
                "-",
                "+1",
                "1e",
                "tru",
                "\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\t\"",
                "{} {}",
                "{\"a\":1,\"a\":2}",
                "nul",
                "{\"a\":1 \"b\":2}",
                "// x",
                "NaN",
                "\"\\u١١١١\""
            })
    void refusesWhatIsNotJson(String text) {
        assertThatThrownBy(() -> Json.parse(text))
                .isInstanceOfSatisfying(
                        CniFailure.class, e -> assertThat(e.code()).isEqualTo(CniErrorCode.DECODING_FAILURE))
                .hasMessageContaining("at character");
    }

    @Test
    void refusesNestingThatWouldExhaustTheStack() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).hasMessageContaining("nesting too deep");
    }

    @Test
    void agreesWithJacksonOnMutatedConfigurations() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String good = "{\"cniVersion\":\"1.1.0\",\"n\":[1,-2.50,1e9,true,null],\"o\":{\"k\\n\\u00e9\":\"v/\\\\\"}}";
        String alphabet = "{}[]\",:\\truefalsn0123456789.eE+- /u";
        for (int i = 0; i < 10_000; i++) {
            StringBuilder text = new StringBuilder(good);
            for (int change = random.nextInt(3); change >= 0; change--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
                    default -> text.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
                }
            }
            assertThat(jacksons(text.toString()))
                    .as("seed %d, text %s", seed, text)
                    .isEqualTo(ours(text.toString()));
        }
    }

    @Test
    void quotesSoThatJacksonReadsTheSame() throws Exception {
        String text = "a\"b\\c\n\r\t\u0000\u001fé€😀";
        StringBuilder out = new StringBuilder();
        Json.quote(text, out);
        assertThat(JACKSON.readTree(out.toString())).isEqualTo(new TextNode(text));
    }

    private static @Nullable Object ours(String text) {
        try {
            return Json.parse(text);
        } catch (CniFailure e) {
            return "refused";
        }
    }

    private static @Nullable Object jacksons(String text) {
        try {
            JsonNode node = JACKSON.readTree(text);
            return node.isMissingNode() ? "refused" : plain(node);
        } catch (JsonProcessingException e) {
            return "refused";
        }
    }

    private static @Nullable Object plain(JsonNode node) {
        if (node.isObject()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            node.properties().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
            return map;
        }
        if (node.isArray()) {
            List<@Nullable Object> list = new ArrayList<>();
            node.forEach(item -> list.add(plain(item)));
            return list;
        }
        return node.isNull()
                ? null
                : node.isBoolean()
                        ? (Object) node.booleanValue()
                        : node.isNumber() ? (Object) node.doubleValue() : node.textValue();
    }
}
