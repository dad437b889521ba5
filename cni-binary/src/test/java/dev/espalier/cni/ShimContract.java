package dev.espalier.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the shim does, whatever it is written in: a runtime's side of it in environment, standard input, standard output and exit code. */
@Timeout(20)
abstract class ShimContract {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONFIG = "{\"cniVersion\":\"1.1.0\",\"name\":\"net\",\"type\":\"espalier\"}";

    @TempDir
    Path folder;

    private Path socket;

    @BeforeEach
    void socket() {
        socket = folder.resolve("run/cni.sock");
    }

    private CniReply run(String command, String config) throws IOException {
        Map<String, String> environment = new HashMap<>();
        environment.put("CNI_COMMAND", command);
        environment.put("CNI_CONTAINERID", "c1");
        environment.put("CNI_NETNS", "/run/netns/c1");
        environment.put("CNI_IFNAME", "eth0");
        environment.put("ESPALIER_CNI_SOCKET", socket.toString());
        return run(environment, config.getBytes(StandardCharsets.UTF_8));
    }

    abstract CniReply run(Map<String, String> environment, byte[] stdin) throws IOException;

    private static JsonNode error(CniReply reply) throws IOException {
        assertThat(reply.exitCode()).isEqualTo(1);
        JsonNode error = JSON.readTree(reply.output());
        assertThat(error.get("cniVersion").asText()).isNotEmpty();
        assertThat(error.get("msg").asText()).isNotEmpty();
        return error;
    }

    @Test
    @Tag("CNI-01")
    void versionNeedsNoAgent() throws IOException {
        CniReply reply = run("VERSION", "{\"cniVersion\":\"0.4.0\"}");

        assertThat(reply.exitCode()).isZero();
        assertThat(reply.output())
                .isEqualTo(
                        "{\"cniVersion\":\"0.4.0\",\"supportedVersions\":[\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}");
        assertThat(JSON.readTree(run("VERSION", "").output()).get("cniVersion").asText())
                .isEqualTo("1.1.0");
        assertThat(JSON.readTree(run("VERSION", "{\"cniVersion\":\"9.0.0\"}").output())
                        .get("cniVersion")
                        .asText())
                .isEqualTo("1.1.0");
    }

    @ParameterizedTest
    @Tag("CNI-10")
    @CsvSource({"ADD,11", "CHECK,11", "GC,11", "STATUS,50"})
    void withoutAnAgentItSaysTryAgainOrNotAvailable(String command, int code) throws IOException {
        JsonNode error = error(run(command, CONFIG));

        assertThat(error.get("code").asInt()).isEqualTo(code);
        assertThat(error.get("msg").asText()).contains(socket.toString());
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    @Tag("CNI-06")
    @Tag("CNI-07")
    void withoutAnAgentDelSucceedsAndIsRemembered() throws IOException {
        for (int i = 0; i < 5; i++) {
            assertThat(run("DEL", CONFIG)).isEqualTo(new CniReply(0, ""));
        }

        assertThat(PendingDeletions.besides(socket).list())
                .containsExactly(new CniRequest("DEL", "c1", "/run/netns/c1", "eth0", "", CONFIG));
        try (var files = Files.list(folder.resolve("run/cni-spool"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    @Tag("CNI-07")
    void aDelThatCannotBeRememberedIsTriedAgain() throws IOException {
        Files.createDirectories(folder.resolve("run"));
        Files.createFile(folder.resolve("run/cni-spool"));

        assertThat(error(run("DEL", CONFIG)).get("code").asInt()).isEqualTo(CniErrorCode.TRY_AGAIN_LATER);
    }

    @Test
    @Tag("CNI-07")
    void anUnreadableFileIsSetAsideAndTheOthersAreFinished() throws IOException {
        run("DEL", CONFIG);
        Files.writeString(folder.resolve("run/cni-spool/a@eth0.del"), "half");

        assertThat(PendingDeletions.besides(socket).list()).hasSize(1);
        assertThat(folder.resolve("run/cni-spool/a@eth0.del")).doesNotExist();
        assertThat(folder.resolve("run/cni-spool/a@eth0.del.unreadable")).exists();
    }

    @Test
    @Tag("CNI-07")
    @Tag("F-26")
    void whatAKillLeftOfAFileIsRemovedWhenNobodyCanBeWritingItAnyMore() throws IOException {
        run("DEL", CONFIG);
        Path half = Files.writeString(folder.resolve("run/cni-spool/writingXyZ"), "ha");
        Instant written = Files.getLastModifiedTime(half).toInstant();

        PendingDeletions.besides(socket).removeUnfinished(written.plusSeconds(1));
        assertThat(half).exists();
        PendingDeletions.besides(socket).removeUnfinished(written.plusSeconds(600));
        assertThat(half).doesNotExist();
        assertThat(PendingDeletions.besides(socket).list()).hasSize(1);
    }

    @Test
    @Tag("CNI-07")
    void anAgentThatDiesInTheMiddleIsAnAgentThatIsAway() throws Exception {
        try (ServerSocketChannel server = listen()) {
            CompletableFuture<Void> dying = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 3; i++) {
                    try (SocketChannel channel = server.accept()) {
                        Frame.read(channel);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            });

            assertThat(error(run("ADD", CONFIG)).get("code").asInt()).isEqualTo(CniErrorCode.TRY_AGAIN_LATER);
            assertThat(run("DEL", CONFIG).exitCode()).isZero();
            dying.get();
        }
        assertThat(PendingDeletions.besides(socket).list()).hasSize(1);
    }

    @Test
    void handsEnvironmentAndConfigurationOverAndPrintsTheAnswer() throws Exception {
        try (ServerSocketChannel server = listen()) {
            CompletableFuture<CniRequest> received = CompletableFuture.supplyAsync(() -> {
                try (SocketChannel channel = server.accept()) {
                    CniRequest request = CniRequest.decode(Frame.read(channel));
                    channel.write(ByteBuffer.wrap(new CniReply(0, "{\"ips\":[]}").encode()));
                    return request;
                } catch (IOException | CniFailure e) {
                    throw new IllegalStateException(e);
                }
            });

            assertThat(run("ADD", CONFIG)).isEqualTo(new CniReply(0, "{\"ips\":[]}"));
            assertThat(received.get()).isEqualTo(new CniRequest("ADD", "c1", "/run/netns/c1", "eth0", "", CONFIG));
        }
    }

    @ParameterizedTest
    @Tag("CNI-02")
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"cniVersion\":\"9.9.9\"}                        | 1 | 9.9.9",
                "{\"cniVersion\":\"0.2.0\"}                        | 1 | 0.2.0",
                "{\"cniVersion\":1}                                | 7 | cniVersion",
                "{}                                                | 7 | cniVersion",
                "{\"cniVersion\":\"1.1.0\",\"socket\":1}           | 0 |",
                "{\"cniVersion\"                                   | 6 | JSON",
                "[]                                                | 6 | object",
                "nonsense                                          | 6 | JSON"
            })
    void badConfigurationsAreNamed(String config, int code, String named) throws IOException {
        CniReply reply = run("DEL", config);
        if (code == 0) {
            assertThat(reply.exitCode()).isZero();
        } else {
            assertThat(error(reply).get("code").asInt()).isEqualTo(code);
            assertThat(reply.output()).contains(named);
        }
    }

    @ParameterizedTest
    @Tag("CNI-01")
    @CsvSource({"GC,1.0.0", "STATUS,1.0.0", "CHECK,0.3.1"})
    void operationsOfLaterVersionsAreRefused(String command, String version) throws IOException {
        JsonNode error = error(run(command, CONFIG.replace("1.1.0", version)));

        assertThat(error.get("code").asInt()).isEqualTo(CniErrorCode.INCOMPATIBLE_VERSION);
        assertThat(error.get("cniVersion").asText()).isEqualTo(version);
    }

    @ParameterizedTest
    @Tag("CNI-15")
    @ValueSource(strings = {"relative/cni.sock", "\"", "1"})
    void theSocketOfTheConfigurationHasToBeAPath(String value) throws IOException {
        String config =
                CONFIG.replace("}", ",\"socket\":" + (value.equals("1") ? "1" : JSON.writeValueAsString(value)) + "}");
        CniReply reply = run(Map.of("CNI_COMMAND", "STATUS"), config.getBytes(StandardCharsets.UTF_8));

        assertThat(error(reply).get("code").asInt()).isEqualTo(CniErrorCode.INVALID_CONFIGURATION);
        assertThat(reply.output()).contains("socket");
    }

    @Test
    @Tag("CNI-02")
    void standardInputThatIsTooLongOrNoUtf8() throws IOException {
        Map<String, String> environment = Map.of("CNI_COMMAND", "STATUS");
        for (byte[] bad : List.of(
                new byte[2 << 20],
                new byte[] {'"', (byte) 0xff, '"'},
                new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'},
                new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
                new byte[] {'"', (byte) 0xe2, (byte) 0x82})) {
            assertThat(error(run(environment, bad)).get("code").asInt()).isEqualTo(CniErrorCode.DECODING_FAILURE);
        }
    }

    @ParameterizedTest
    @Tag("CNI-02")
    @Tag("CNI-15")
    @CsvSource(
            delimiter = '|',
            value = {
                "CNI_COMMAND     |                   | CNI_COMMAND is missing",
                "CNI_COMMAND     | EXEC              | is none of",
                "CNI_CONTAINERID |                   | CNI_CONTAINERID is missing",
                "CNI_CONTAINERID | ../../etc         | CNI_CONTAINERID is not",
                "CNI_CONTAINERID | a/b               | CNI_CONTAINERID is not",
                "CNI_IFNAME      |                   | CNI_IFNAME is missing",
                "CNI_IFNAME      | ..                | CNI_IFNAME is not",
                "CNI_IFNAME      | abcdefghijklmnop  | CNI_IFNAME is not",
                "CNI_IFNAME      | a/b               | CNI_IFNAME is not",
                "CNI_NETNS       |                   | CNI_NETNS is missing",
                "CNI_NETNS       | relative          | CNI_NETNS is not"
            })
    void aBadEnvironmentIsNamed(String variable, @Nullable String value, String message) throws IOException {
        Map<String, String> environment = new HashMap<>(Map.of(
                "CNI_COMMAND", "ADD",
                "CNI_CONTAINERID", "c1",
                "CNI_NETNS", "/run/netns/c1",
                "CNI_IFNAME", "eth0",
                "ESPALIER_CNI_SOCKET", socket.toString()));
        if (value == null) {
            environment.remove(variable);
        } else {
            environment.put(variable, value);
        }
        JsonNode error = error(run(environment, CONFIG.getBytes(StandardCharsets.UTF_8)));

        assertThat(error.get("code").asInt()).isEqualTo(CniErrorCode.INVALID_ENVIRONMENT);
        assertThat(error.get("msg").asText()).contains(message);
    }

    @ParameterizedTest
    @Tag("CNI-02")
    @ValueSource(
            strings = {
                "{\"cniVersion\":\"1.1.0\",\"a\":[1,-0.5e+3,true,false,null,{\"b\":\"\\u00e9\\n\"}]}",
                " {\"cniVersion\":\"1.1.0\"}\n",
                "{\"cniVersion\":\"1\\u002e1.0\"}"
            })
    void whatIsJsonIsTaken(String config) throws IOException {
        assertThat(error(run("STATUS", config)).get("code").asInt()).isEqualTo(CniErrorCode.NOT_AVAILABLE);
    }

    @ParameterizedTest
    @Tag("CNI-02")
    @ValueSource(
            strings = {
                "{\"cniVersion\":\"1.1.0\",}",
                "{\"cniVersion\":\"1.1.0\"} x",
                "{\"cniVersion\":\"1.1.0\",\"cniVersion\":\"1.0.0\"}",
                "{\"cniVersion\":\"1.1.0\",\"a\":01}",
                "{\"cniVersion\":\"1.1.0\",\"a\":1.}",
                "{\"cniVersion\":\"1.1.0\",\"a\":\"\\x\"}",
                "{\"cniVersion\":\"1.1.0\",\"a\":\"\t\"}",
                "{\"cniVersion\":\"1.1.0\",\"a\":tru}",
                "{\"cniVersion\":\"1.1.0\",\"a\":\"\\u00g0\"}",
                "{\"cniVersion\":\"1.1.0\"",
                "{'cniVersion':'1.1.0'}"
            })
    void whatIsNoJsonIsNot(String config) throws IOException {
        assertThat(error(run("STATUS", config)).get("code").asInt()).isEqualTo(CniErrorCode.DECODING_FAILURE);
    }

    @Test
    @Tag("CNI-15")
    void nestingHasABound() throws IOException {
        String deep = "{\"cniVersion\":\"1.1.0\",\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

        assertThat(error(run("STATUS", deep)).get("msg").asText()).contains("nesting too deep");
    }

    @Test
    @Tag("CNI-15")
    void whatAnswersWithNonsenseIsNotTheAgent() throws Exception {
        try (ServerSocketChannel server = listen()) {
            CompletableFuture<Void> babbling = CompletableFuture.runAsync(() -> {
                try (SocketChannel channel = server.accept()) {
                    Frame.read(channel);
                    channel.write(ByteBuffer.wrap("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.UTF_8)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });

            assertThat(error(run("ADD", CONFIG)).get("code").asInt())
                    .isIn(CniErrorCode.IO_FAILURE, CniErrorCode.TRY_AGAIN_LATER);
            babbling.get();
        }
    }

    @Test
    void theSocketOfTheConfigurationIsUsed() throws Exception {
        socket = folder.resolve("run/a \"1\".sock");
        try (ServerSocketChannel server = listen()) {
            CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> {
                try (SocketChannel channel = server.accept()) {
                    Frame.read(channel);
                    channel.write(ByteBuffer.wrap(new CniReply(0, "").encode()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            String config = CONFIG.replace("}", ",\"socket\":" + JSON.writeValueAsString(socket.toString()) + "}");

            assertThat(run(Map.of("CNI_COMMAND", "STATUS"), config.getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(new CniReply(0, ""));
            answered.get();
        }
    }

    private ServerSocketChannel listen() throws IOException {
        Files.createDirectories(folder.resolve("run"));
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        return server;
    }
}
