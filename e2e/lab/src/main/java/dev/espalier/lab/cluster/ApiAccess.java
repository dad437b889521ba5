package dev.espalier.lab.cluster;

import dev.espalier.lab.LabException;
import dev.espalier.lab.LabPaths;
import dev.espalier.lab.api.RealApiServer;
import dev.espalier.lab.shell.Daemons;
import dev.espalier.lab.shell.Shell;
import dev.espalier.lab.shell.Waiting;
import dev.espalier.lab.topology.Topology;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The lab's Kubernetes API: the embedded server; with {@code KUBEBUILDER_ASSETS} a real kube-apiserver and etcd out of that folder;
 * with {@code LAB_API} whatever that kubeconfig names.
 */
final class ApiAccess {
    private static final String ADDRESS = Topology.CONTROL_PLANE_V4;
    private static final int PORT = 6443;

    private final LabPaths paths;
    private final Daemons daemons;

    ApiAccess(LabPaths paths, Daemons daemons) {
        this.paths = paths;
        this.daemons = daemons;
    }

    /** Starts the API server if it is ours to start and waits until it answers. Returns what serves. */
    String start() {
        String given = System.getenv("LAB_API");
        String assets = System.getenv("KUBEBUILDER_ASSETS");
        try {
            if (given != null && !given.isBlank()) {
                Files.copy(Path.of(given), paths.adminKubeconfig());
                await();
                return "the API server of " + given;
            }
            Path folder = Files.createDirectories(paths.state().resolve("api"));
            if (assets != null && !assets.isBlank()) {
                Files.copy(RealApiServer.start(Path.of(assets), folder, ADDRESS, PORT), paths.adminKubeconfig());
                await();
                return "kube-apiserver and etcd of " + assets;
            }
            List<String> command =
                    new ArrayList<>(List.of(javaLauncher(), "-XX:+UseSerialGC", "-Xmx256m", "-XX:TieredStopAtLevel=1"));
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.espalier.lab.api.Main"));
            command.addAll(List.of("--listen", ADDRESS + ":" + PORT, "--state-dir", folder.toString()));
            daemons.start("api", command, Map.of());
            Path kubeconfig = folder.resolve("admin.kubeconfig");
            Waiting.until(
                    "the embedded API server writes its kubeconfig (log: " + daemons.log("api") + ")",
                    Duration.ofSeconds(20),
                    () -> Files.exists(kubeconfig));
            Files.copy(kubeconfig, paths.adminKubeconfig());
            await();
            return "the lab's own API server";
        } catch (IOException e) {
            throw new LabException("cannot start the API server: " + e.getMessage(), e);
        }
    }

    void stop() {
        daemons.stop("api");
        RealApiServer.stop(paths.state().resolve("api"));
    }

    KubernetesClient client() {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(paths.adminKubeconfig().toFile()))
                .build();
    }

    Shell.Result kubectl(List<String> arguments, String input) {
        List<String> command = new ArrayList<>(
                List.of("kubectl", "--kubeconfig", paths.adminKubeconfig().toString()));
        command.addAll(arguments);
        return Shell.attempt(command, Map.of(), input);
    }

    void apply(Path file) {
        Shell.Result result =
                kubectl(List.of("apply", "--server-side", "--force-conflicts", "-f", file.toString()), "");
        if (!result.ok()) {
            throw new LabException(
                    "kubectl apply -f " + file + ": " + result.err().strip());
        }
    }

    /** A kubeconfig for {@code user} that differs from the administrator's in the credentials alone. */
    Path kubeconfigFor(String user, String token, Path file) {
        Config admin = Config.fromKubeconfig(paths.adminKubeconfig().toFile());
        String text = """
                apiVersion: v1
                kind: Config
                clusters: [{name: lab, cluster: {server: "%s", certificate-authority-data: "%s"}}]
                users: [{name: "%s", user: {token: "%s"}}]
                contexts: [{name: lab, context: {cluster: lab, user: "%s"}}]
                current-context: lab
                """.formatted(admin.getMasterUrl(), certificateAuthority(admin), user, token, user);
        try {
            Files.createDirectories(file.getParent());
            Files.deleteIfExists(file);
            Files.createFile(
                    file,
                    java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                            java.nio.file.attribute.PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, text);
            return file;
        } catch (IOException e) {
            throw new LabException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    static String javaLauncher() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String certificateAuthority(Config admin) {
        if (admin.getCaCertData() != null) {
            return admin.getCaCertData();
        }
        try {
            return java.util.Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(admin.getCaCertFile())));
        } catch (IOException e) {
            throw new LabException("cannot read " + admin.getCaCertFile() + ": " + e.getMessage(), e);
        }
    }

    private void await() {
        Waiting.until(
                "the API server answers (log: " + daemons.log("api") + ")",
                Duration.ofSeconds(60),
                () -> kubectl(List.of("get", "--raw", "/readyz"), "").ok());
    }
}
