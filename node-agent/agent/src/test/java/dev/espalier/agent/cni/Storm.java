package dev.espalier.agent.cni;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs the plugin for many pods at a time, as a runtime would, and takes the times. By a program of its own ({@code cni-binary/src/test/c/storm.c}): a hundred
 * processes cost a JVM more than they cost the agent.
 */
final class Storm {
    private final Path program;
    private final Path shim;
    private final Path folder;

    private Storm(Path program, Path shim, Path folder) {
        this.program = program;
        this.shim = shim;
        this.folder = folder;
    }

    /**
     * How long each run of the plugin took, from before its start until its end was seen.
     *
     * @param micros ascending
     * @param cpuMicros of all of them together
     */
    record Times(List<Long> micros, long cpuMicros) {
        static Times sum(List<Times> parts) {
            return new Times(
                    parts.stream()
                            .flatMap(part -> part.micros.stream())
                            .sorted()
                            .toList(),
                    parts.stream().mapToLong(Times::cpuMicros).sum());
        }

        @Override
        public String toString() {
            return "p50 %d ms, p99 %d ms, max %d ms"
                    .formatted(
                            micros.get(micros.size() / 2) / 1000,
                            micros.get(micros.size() * 99 / 100) / 1000,
                            micros.getLast() / 1000);
        }
    }

    /** @param run the agent's run folder */
    static Storm compile(Path run, Path shim) throws IOException {
        Path folder = Files.createDirectories(run.resolve("storm"));
        Path program = folder.resolve("storm");
        Path source = shim.resolveSibling("../src/test/c/storm.c").normalize();
        assertThat(NodeWithCni.output(
                        "cc",
                        "-std=gnu17",
                        "-O2",
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-o",
                        program.toString(),
                        source.toString()))
                .isEmpty();
        Files.writeString(folder.resolve("config"), NodeWithCni.config("1.1.0").toString());
        return new Storm(program, shim, folder);
    }

    /** One command for each pod, all of which have to succeed. */
    Times run(String command, List<String> pods) throws IOException {
        Path output = Files.createDirectories(folder.resolve("output"));
        List<String> words = new ArrayList<>(List.of(
                program.toString(), shim.toString(), folder.resolve("config").toString(), output.toString()));
        words.addAll(pods);
        ProcessBuilder builder = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment()
                .putAll(Map.of(
                        "CNI_COMMAND",
                        command,
                        "CNI_IFNAME",
                        "eth0",
                        "ESPALIER_CNI_SOCKET",
                        folder.resolveSibling("cni.sock").toString(),
                        "ESPALIER_JAVA_HOME",
                        System.getProperty("java.home")));
        List<Long> micros = new ArrayList<>();
        long cpuMicros = 0;
        Process process = builder.start();
        for (String line : process.inputReader().lines().toList()) {
            String[] parts = line.split(" ");
            if (parts[0].equals("cpu")) {
                cpuMicros = Long.parseLong(parts[1]) + Long.parseLong(parts[2]);
            } else {
                assertThat(parts[1])
                        .as("%s %s: %s", command, parts[0], Files.readString(output.resolve(parts[0])))
                        .isEqualTo("0");
                micros.add(Long.parseLong(parts[2]));
            }
        }
        assertThat(micros).as(command).hasSameSizeAs(pods);
        return new Times(micros.stream().sorted().toList(), cpuMicros);
    }
}
