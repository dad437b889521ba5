package dev.espalier.lab.shell;

import dev.espalier.lab.LabException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs commands without a shell in between: arguments are lists, so nothing is ever quoted or split. */
public final class Shell {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Shell() {}

    /** What a command left behind. */
    public record Result(int exit, String out, String err) {
        public boolean ok() {
            return exit == 0;
        }
    }

    /** Runs and returns the standard output; a failure throws with the command and what it printed. */
    public static String run(String... command) {
        return run(List.of(command));
    }

    public static String run(List<String> command) {
        Result result = attempt(command, Map.of(), "");
        if (!result.ok()) {
            throw new LabException("'" + String.join(" ", command) + "' failed (" + result.exit() + "): "
                    + (result.err().isBlank() ? result.out() : result.err()).strip());
        }
        return result.out();
    }

    /** Runs and returns whatever happened. */
    public static Result attempt(String... command) {
        return attempt(List.of(command), Map.of(), "");
    }

    /** Runs with additional environment and standard input; killed after a minute. */
    public static Result attempt(List<String> command, Map<String, String> environment, String input) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            CompletableFuture<String> out =
                    CompletableFuture.supplyAsync(() -> drain(process.getInputStream()), Thread::startVirtualThread);
            CompletableFuture<String> err =
                    CompletableFuture.supplyAsync(() -> drain(process.getErrorStream()), Thread::startVirtualThread);
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // The command ended without reading its input; its exit code says more than this does.
            }
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new LabException(
                        "'" + String.join(" ", command) + "' did not end within " + LIMIT.toSeconds() + " s");
            }
            return new Result(process.exitValue(), out.join(), err.join());
        } catch (IOException e) {
            throw new LabException("cannot run '" + command.getFirst() + "': " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while running " + command.getFirst(), e);
        }
    }

    /** Runs with this terminal's input and output and returns the exit code. */
    public static int interactive(List<String> command, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().putAll(environment);
        try {
            return builder.start().waitFor();
        } catch (IOException e) {
            throw new LabException("cannot run '" + command.getFirst() + "': " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 130;
        }
    }

    /** Starts a process in a session of its own, so that it outlives this one; its output goes to {@code log}. */
    public static long background(List<String> command, Map<String, String> environment, Path log) {
        ProcessBuilder builder = new ProcessBuilder(prepend("setsid", command));
        builder.environment().putAll(environment);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.redirectErrorStream(true);
        try {
            return builder.start().pid();
        } catch (IOException e) {
            throw new LabException("cannot start '" + command.getFirst() + "': " + e.getMessage(), e);
        }
    }

    private static List<String> prepend(String first, List<String> rest) {
        return java.util.stream.Stream.concat(java.util.stream.Stream.of(first), rest.stream())
                .toList();
    }

    private static String drain(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
