package dev.espalier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.agent.observe.AdminCommands;
import dev.espalier.agent.observe.AdminSocket;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class AgentCommandTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path runDir;

    private final List<List<String>> asked = new CopyOnWriteArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private String answer(List<String> words) throws AdminCommands.CommandRefused {
        asked.add(words);
        if (words.contains("nobody")) {
            throw new AdminCommands.CommandRefused("no peer 'nobody'");
        }
        if (words.contains("bug")) {
            throw new IllegalStateException("broken");
        }
        return "answer to " + words + "\n";
    }

    @Test
    void verbsReachTheAgentAndItsAnswerIsPrinted() throws IOException {
        try (AdminSocket socket = new AdminSocket(runDir.resolve("admin.sock"), this::answer)) {
            socket.open();

            assertThat(run("status", "-o", "json")).isZero();
            assertThat(run("rekey", "beta", "--ike")).isZero();
            assertThat(run("initiate", "beta")).isZero();
            assertThat(run("terminate", "beta")).isZero();
            assertThat(run("drops")).isZero();
        }

        assertThat(asked)
                .containsExactly(
                        List.of("status", "json"),
                        List.of("rekey", "beta", "ike"),
                        List.of("initiate", "beta"),
                        List.of("terminate", "beta"),
                        List.of("drops"));
        assertThat(out.toString()).contains("answer to [status, json]");
    }

    @Test
    void theSocketIsItsOwnersAlone() throws IOException {
        try (AdminSocket socket = new AdminSocket(runDir.resolve("admin.sock"), this::answer)) {
            socket.open();

            assertThat(Files.getPosixFilePermissions(runDir.resolve("admin.sock")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
        assertThat(runDir.resolve("admin.sock")).doesNotExist();
    }

    @Test
    void aRefusalIsAnErrorWithItsReason() throws IOException {
        try (AdminSocket socket = new AdminSocket(runDir.resolve("admin.sock"), this::answer)) {
            socket.open();

            assertThat(run("initiate", "nobody")).isEqualTo(AgentCommand.REFUSED);
            assertThat(err.toString()).contains("no peer 'nobody'");
        }
    }

    @Test
    void aBugInOneRequestDoesNotEndTheSocket() throws IOException {
        try (AdminSocket socket = new AdminSocket(runDir.resolve("admin.sock"), this::answer)) {
            socket.open();

            assertThat(run("initiate", "bug")).isEqualTo(AgentCommand.REFUSED);
            assertThat(run("drops")).isZero();
        }
    }

    @Test
    void aSocketThatADeadAgentLeftIsReplaced() throws IOException {
        Files.writeString(runDir.resolve("admin.sock"), "left over");
        try (AdminSocket socket = new AdminSocket(runDir.resolve("admin.sock"), this::answer)) {
            socket.open();

            assertThat(run("drops")).isZero();
        }
    }

    @Test
    void withoutAnAgentTheSocketIsNamed() {
        assertThat(run("status")).isEqualTo(AgentCommand.NO_AGENT);
        assertThat(err.toString())
                .contains(runDir.resolve("admin.sock").toString())
                .contains("ESPALIER_RUN_DIR");
    }

    @Test
    void noVerbRunsTheAgentAndAWrongOneIsUsage() {
        assertThat(run()).isEqualTo(42);
        assertThat(run("run")).isEqualTo(42);
        assertThat(run("dance")).isEqualTo(CommandLine.ExitCode.USAGE);
    }

    private int run(String... words) {
        return new CommandLine(new AgentCommand(Map.of("ESPALIER_RUN_DIR", runDir.toString()), () -> 42))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(words);
    }
}
