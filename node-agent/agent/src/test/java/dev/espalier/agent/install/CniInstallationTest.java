package dev.espalier.agent.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on a node, and when. */
@Tag("CNI-14")
class CniInstallationTest {
    private static final String FLANNEL = """
            {"name": "cbr0", "cniVersion": "0.3.1", "plugins": [{"type": "flannel", "delegate": {"hairpinMode": true}}, {"type": "portmap"}]}
            """;

    @TempDir
    private Path node;

    private Path plugin;
    private Path binDir;
    private Path confDir;
    private final AtomicBoolean ready = new AtomicBoolean();

    @BeforeEach
    void aNode() throws IOException {
        plugin = executable(node.resolve("image-plugin"), "one");
        binDir = Files.createDirectory(node.resolve("bin"));
        confDir = Files.createDirectory(node.resolve("net.d"));
    }

    @AfterEach
    void nothingUnfinishedIsLeft() throws IOException {
        for (Path folder : List.of(binDir, confDir)) {
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files.map(f -> f.getFileName().toString())).noneMatch(name -> name.startsWith("."));
            }
        }
    }

    @Test
    void thePluginComesAtOnceAndTheConfigurationWhenTheAgentCanServe() {
        try (CniInstallation installation = installation(false)) {
            installation.start();
            await().until(() -> Files.isExecutable(binDir.resolve("espalier")));

            assertThat(confDir).isEmptyDirectory();

            ready.set(true);
            await().until(() -> Files.exists(confDir.resolve("10-espalier.conflist")));
        }
        assertThat(confDir.resolve("10-espalier.conflist")).exists();
    }

    @Test
    void anUpgradeReplacesThePluginWithoutWritingIntoTheOneThatRuns() throws IOException {
        new PluginFile(plugin, binDir).install();
        Object before = Files.getAttribute(binDir.resolve("espalier"), "unix:ino");
        new PluginFile(plugin, binDir).install();
        assertThat(Files.getAttribute(binDir.resolve("espalier"), "unix:ino")).isEqualTo(before);

        executable(plugin, "two");
        new PluginFile(plugin, binDir).install();

        assertThat(binDir.resolve("espalier")).hasContent("two");
        assertThat(Files.getAttribute(binDir.resolve("espalier"), "unix:ino")).isNotEqualTo(before);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(binDir.resolve("espalier"))))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void theMainConfigurationOffersTheVersionsThatEveryPluginOfItSpeaks() throws IOException {
        JsonNode without = list(NetworkList.main(List.of()));
        JsonNode with = list(NetworkList.main(List.of("0.3.1", "0.4.0", "1.0.0")));

        assertThat(types(without)).containsExactly("espalier");
        assertThat(without.get("cniVersion").asText()).isEqualTo("0.4.0");
        assertThat(without.get("cniVersions")).hasSize(3);
        assertThat(types(with)).containsExactly("espalier", "portmap");
        assertThat(with.get("cniVersions").toString()).isEqualTo("[\"0.4.0\",\"1.0.0\"]");
    }

    @Test
    void portmapIsPutBehindUsWhereTheNodeHasIt() throws IOException {
        executable(binDir.resolve("portmap"), """
                #!/bin/sh
                read -r config
                [ "$CNI_COMMAND" = VERSION ] && echo '{"cniVersion": "0.4.0", "supportedVersions": ["0.3.1", "0.4.0", "1.0.0"]}'
                """);
        ready.set(true);
        try (CniInstallation installation = installation(false)) {
            installation.start();
            await().until(() -> Files.exists(confDir.resolve("10-espalier.conflist")));
        }

        assertThat(types(list(Files.readString(confDir.resolve("10-espalier.conflist")))))
                .containsExactly("espalier", "portmap");
    }

    @Test
    void chainedModePutsUsBehindTheOtherPluginsAndLeavesTheirFileAlone() throws IOException {
        Files.writeString(confDir.resolve("10-flannel.conflist"), FLANNEL);
        NetworkConfigFolder folder = new NetworkConfigFolder(confDir);

        assertThat(folder.install(true, List.of())).isNull();

        JsonNode chained = list(Files.readString(confDir.resolve("00-espalier-chained.conflist")));
        assertThat(types(chained)).containsExactly("flannel", "portmap", "espalier");
        assertThat(chained.at("/plugins/2/mode").asText()).isEqualTo("chained");
        assertThat(chained.get("name").asText()).isEqualTo("cbr0");
        assertThat(chained.at("/plugins/0/delegate/hairpinMode").asBoolean()).isTrue();
        assertThat(confDir.resolve("10-flannel.conflist")).hasContent(FLANNEL);
    }

    @Test
    void chainedModeFollowsTheOtherConfigurationUntilThatIsGone() throws IOException {
        NetworkConfigFolder folder = new NetworkConfigFolder(confDir);
        assertThat(folder.install(true, List.of())).contains("no other CNI's configuration");

        Files.writeString(
                confDir.resolve("10-bridge.conf"), "{\"cniVersion\":\"0.4.0\",\"name\":\"b\",\"type\":\"bridge\"}");
        folder.install(true, List.of());
        assertThat(types(list(Files.readString(confDir.resolve("00-espalier-chained.conflist")))))
                .containsExactly("bridge", "espalier");

        Files.delete(confDir.resolve("10-bridge.conf"));
        folder.install(true, List.of());
        assertThat(confDir).isEmptyDirectory();
    }

    @Test
    void aConfigurationThatComesBeforeOursIsToldOf() throws IOException {
        Files.writeString(confDir.resolve("05-other.conflist"), FLANNEL);

        assertThat(new NetworkConfigFolder(confDir).install(false, List.of()))
                .contains("05-other.conflist comes before");
    }

    @Test
    void whatSomebodyRemovedIsPutBackAndUninstallTakesAllAway() throws IOException {
        NetworkConfigFolder folder = new NetworkConfigFolder(confDir);
        folder.install(false, List.of());
        Files.delete(confDir.resolve("10-espalier.conflist"));
        folder.install(false, List.of());
        assertThat(confDir.resolve("10-espalier.conflist")).exists();
        PluginFile file = new PluginFile(plugin, binDir);
        file.install();

        folder.remove();

        assertThat(file.remove()).isTrue();
        assertThat(confDir).isEmptyDirectory();
        assertThat(binDir).isEmptyDirectory();
        assertThat(file.remove()).isFalse();
    }

    private CniInstallation installation(boolean chained) {
        return new CniInstallation(new InstallSettings(plugin, binDir, confDir, chained), ready::get);
    }

    private static Path executable(Path file, String content) throws IOException {
        Files.writeString(file, content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static JsonNode list(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    private static List<String> types(JsonNode list) {
        return list.path("plugins").findValuesAsText("type");
    }
}
