package dev.espalier.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class KubectlCommandTest {
    @Test
    void everythingBehindTheVerbIsKubectls() {
        KubectlCommand command = new KubectlCommand();
        new CommandLine(command).parseArgs("delete", "node", "n3", "-o", "name", "--wait=false");
        assertThat(command.arguments).containsExactly("delete", "node", "n3", "-o", "name", "--wait=false");
    }
}
