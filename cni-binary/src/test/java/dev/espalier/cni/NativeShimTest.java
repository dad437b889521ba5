package dev.espalier.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The shim in C, as {@code cni-binary/bin/make-native} builds it. Without a C compiler there is nothing to test. */
@Tag("CNI-13")
class NativeShimTest extends ShimContract {
    private static final Path BINARY = Path.of("target/espalier").toAbsolutePath();

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        Process build =
                new ProcessBuilder("bin/make-native").redirectErrorStream(true).start();
        String output = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = build.waitFor();
        assumeTrue(code != 3, output);
        assertThat(code).as(output).isZero();
        assertThat(Files.isExecutable(BINARY)).isTrue();
    }

    @Override
    CniReply run(Map<String, String> environment, byte[] stdin) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(BINARY.toString()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        // Neither here nor below in the common pool, which has one thread on a small machine, and a test's server sits
        // in it.
        Thread input = Thread.startVirtualThread(() -> {
            try (OutputStream out = process.getOutputStream()) {
                out.write(stdin);
            } catch (IOException e) {
                // It stopped reading: what it says then is what counts.
            }
        });
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            input.join();
            return new CniReply(process.waitFor(), output.stripTrailing());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
