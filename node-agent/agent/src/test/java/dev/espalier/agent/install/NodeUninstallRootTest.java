package dev.espalier.agent.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.linux.netns.NetworkNamespace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node in a namespace, with what agents leave on it and with what is others'. */
@Tag("root")
@Tag("CNI-14")
class NodeUninstallRootTest {
    private static final String NAME = "esp-uninstall-test";
    private static final List<String> OURS = List.of(
            "ip tuntap add espalier0 mode tun",
            "ip link add esp0a1b type veth peer name pod",
            "ip link set esp0a1b group 7700",
            "ip link set esp0a1b up",
            "ip route add 10.77.1.2/32 dev esp0a1b table 7700 proto 77",
            "ip route add unreachable 10.78.0.0/16 metric 4096 proto 77",
            "ip route add unreachable 10.79.0.0/16 table 7701 proto 77",
            "ip -6 route add unreachable fd78::/64 metric 4096 proto 77",
            "ip rule add pref 7700 iif lo lookup 7700 protocol 77",
            "ip -6 rule add pref 7702 fwmark 0x2000/0x2000 lookup 7700 protocol 77",
            "nft add table inet espalier",
            "nft add table arp espalier",
            "nft add table netdev espalier");
    private static final List<String> OTHERS = List.of(
            "ip link set lo up",
            "ip link add espresso type veth peer name other",
            "ip link set espresso up",
            "ip addr add 10.9.0.1/24 dev espresso",
            "ip route add unreachable 10.10.0.0/16 metric 4096",
            "ip rule add pref 7800 lookup 7800",
            "nft add table inet other");

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private NetworkNamespace namespace;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @SuppressWarnings("NullAway.Init")
    private Map<String, String> environment;

    @BeforeEach
    void aNode() throws IOException {
        NetworkNamespace.delete(NAME);
        namespace = NetworkNamespace.create(NAME);
        Path plugin = Files.writeString(folder.resolve("plugin"), "x");
        Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String sub : List.of("bin", "conf", "run", "run/pods")) {
            Files.createDirectory(folder.resolve(sub));
        }
        for (String file : List.of("bin/loopback", "conf/20-other.conflist", "run/tls.key", "run/pods/a@eth0.json")) {
            Files.writeString(folder.resolve(file), "x");
        }
        new PluginFile(plugin, folder.resolve("bin")).install();
        new NetworkConfigFolder(folder.resolve("conf")).install(false, List.of());
        environment = Map.of(
                "ESPALIER_RUN_DIR", folder.resolve("run").toString(),
                "ESPALIER_CNI_PLUGIN", plugin.toString(),
                "ESPALIER_CNI_BIN_DIR", folder.resolve("bin").toString(),
                "ESPALIER_CNI_CONF_DIR", folder.resolve("conf").toString());
    }

    @AfterEach
    void gone() throws IOException {
        namespace.close();
        NetworkNamespace.delete(NAME);
    }

    @Test
    void everythingOfOursGoesAndNothingOfOthers() throws IOException {
        OTHERS.forEach(this::on);
        String before = state();
        OURS.forEach(this::on);
        assertThat(state()).isNotEqualTo(before);

        assertThat(uninstall()).isEmpty();

        assertThat(state()).isEqualTo(before);
        assertThat(folder.resolve("run")).isEmptyDirectory();
        assertThat(folder.resolve("bin").toFile().list()).containsExactly("loopback");
        assertThat(folder.resolve("conf").toFile().list()).containsExactly("20-other.conflist");
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("interface espalier0", "route unreachable 10.79.0.0/16");
    }

    @Test
    void onANodeWithoutAnythingThereIsNothingToDo() throws IOException {
        assertThat(uninstall()).isEmpty();
        assertThat(uninstall()).isEmpty();
    }

    @Test
    void whileAnAgentRunsItIsRefusedAndNothingChanges() throws IOException {
        OURS.forEach(this::on);
        String before = state();
        Path lock = folder.resolve("run/agent.lock");
        try (FileChannel held = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            held.lock();

            assertThatThrownBy(this::uninstall).hasMessageContaining("agent");
        }

        assertThat(state()).isEqualTo(before);
        assertThat(folder.resolve("conf/10-espalier.conflist")).exists();
    }

    private List<String> uninstall() throws IOException {
        return namespace.call(
                () -> new NodeUninstall(environment, new PrintStream(said, true, StandardCharsets.UTF_8)).run());
    }

    private String state() {
        return on("ip -o link show | cut -d: -f2")
                + on("ip rule; ip -6 rule; ip route show table all; ip -6 route show table all type unreachable")
                + on("nft list tables");
    }

    private String on(String command) {
        try {
            return namespace.call(() -> {
                Process process = new ProcessBuilder("sh", "-c", command)
                        .redirectErrorStream(true)
                        .start();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
                return output;
            });
        } catch (IOException e) {
            throw new AssertionError(command, e);
        }
    }
}
