package dev.espalier.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Commands of this machine, without a shell in between. */
final class Commands {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private Commands() {}

    /** What a command left behind; {@code out} holds standard output and error. */
    record Result(int exit, String out) {
        boolean ok() {
            return exit == 0;
        }
    }

    /** Runs and returns what it printed; a failure throws with the command and that. */
    static String run(List<String> command) {
        Result result = attempt(command);
        if (!result.ok()) {
            throw new AssertionError("'" + String.join(" ", command) + "' failed (" + result.exit() + "): "
                    + result.out().strip());
        }
        return result.out();
    }

    /** Runs and returns whatever happened; killed after two minutes. */
    static Result attempt(List<String> command) {
        try {
            Path output = Files.createTempFile("espalier-e2e", ".out");
            try {
                // A file instead of a pipe: a command that leaves something behind in the background does not hold us
                // up.
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(output.toFile())
                        .start();
                if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("'" + String.join(" ", command) + "' did not end within " + LIMIT);
                }
                return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.getFirst(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while running " + command.getFirst(), e);
        }
    }
}
