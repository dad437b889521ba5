package dev.espalier.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("QCD-01")
class CrashSecretTest {
    private final SecureRandom random = new SecureRandom();

    @TempDir
    private Path folder;

    @Test
    void tokensAreTheSameAfterARestartAndAnotherNodesAreOthers(@TempDir Path other) throws IOException {
        var before = CrashSecret.load(folder, random).token(1, 2);

        assertThat(CrashSecret.load(folder, random).token(1, 2)).isEqualTo(before);
        assertThat(CrashSecret.load(folder, random).token(1, 3)).isNotEqualTo(before);
        assertThat(CrashSecret.load(other, random).token(1, 2)).isNotEqualTo(before);
    }

    @Test
    void nobodyElseReadsItAndAPieceOfItIsMadeAnew() throws IOException {
        Path file = folder.resolve("crash-secret");
        Files.write(file, new byte[3]);

        CrashSecret.load(folder, random);

        assertThat(file).hasSize(32);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }
}
