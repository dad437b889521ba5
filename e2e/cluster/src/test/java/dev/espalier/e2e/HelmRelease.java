package dev.espalier.e2e;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.InstallCommand;
import com.marcnuri.helm.UpgradeCommand;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Espalier by its chart, with the image that this tree builds. */
final class HelmRelease implements Installation {
    static final String NAMESPACE = "espalier-system";
    private static final String NAME = "espalier";

    private final Cluster cluster;
    private final Report report;
    private final Path chart;
    private boolean installed;
    private boolean removed;

    HelmRelease(Cluster cluster, Report report) {
        this.cluster = cluster;
        this.report = report;
        this.chart = withoutLinks(
                Settings.root().resolve("deploy/helm/espalier"), Settings.root().resolve("e2e/cluster/target/chart"));
    }

    @Override
    public void prepare() {
        cluster.settings().loadImage(cluster.settings().image()).ifPresent(Commands::run);
    }

    @Override
    public void install() {
        report.progress("helm install");
        InstallCommand command = new Helm(chart)
                .install()
                .withName(NAME)
                .withNamespace(NAMESPACE)
                .createNamespace()
                .withKubeConfig(cluster.settings().kubeconfig())
                .set("cni.mode", cluster.settings().mode().name().toLowerCase(Locale.ROOT));
        command.call();
        installed = true;
    }

    /** Waits until every node's agent and the operators are Ready. */
    void awaitReady() {
        int nodes = cluster.nodes().size();
        Waiting.until(
                "agents and operators are Ready",
                Duration.ofMinutes(6),
                () -> agents().stream().filter(Cluster::ready).count() == nodes
                        && operators().stream().filter(HelmRelease::stays).allMatch(Cluster::ready)
                        && operators().stream().anyMatch(HelmRelease::stays),
                () -> cluster.states(NAMESPACE));
    }

    /** Changes a harmless value, so that Helm replaces every agent and operator. */
    void upgrade(String value) {
        UpgradeCommand command = new Helm(chart)
                .upgrade()
                .withName(NAME)
                .withNamespace(NAMESPACE)
                .withKubeConfig(cluster.settings().kubeconfig())
                .reuseValues()
                .set("agent.extraEnv[0].name", "ESPALIER_E2E_ROUND")
                .set("agent.extraEnv[0].value", value)
                .set("operator.extraEnv[0].name", "ESPALIER_E2E_ROUND")
                .set("operator.extraEnv[0].value", value);
        command.call();
    }

    private static boolean stays(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() == null;
    }

    /**
     * Waits until none of these pods of the release is there to stay, and all others are Ready. That what is left of one goes as well is
     * kubelet's business, which in 1.20 now and then forgets a pod until it collects garbage a minute later.
     */
    void awaitReplaced(List<String> names) {
        Waiting.until(
                "every agent and operator is replaced",
                Duration.ofMinutes(4),
                () -> Stream.concat(agents().stream(), operators().stream())
                        .filter(HelmRelease::stays)
                        .noneMatch(pod -> names.contains(pod.getMetadata().getName())),
                () -> cluster.states(NAMESPACE));
        awaitReady();
    }

    @Override
    public void uninstall() {
        Helm.uninstall(NAME)
                .withNamespace(NAMESPACE)
                .withKubeConfig(cluster.settings().kubeconfig())
                .call();
        Waiting.until(
                "the release's pods are gone",
                Duration.ofMinutes(2),
                () -> agents().isEmpty() && operators().isEmpty(),
                () -> cluster.states(NAMESPACE));
        removed = true;
    }

    @Override
    public boolean protects() {
        return installed && !removed;
    }

    @Override
    public boolean removed() {
        return removed;
    }

    @Override
    public void removeIfThere() {
        if (installed && !removed) {
            uninstall();
        }
    }

    List<Pod> agents() {
        return podsOf("espalier-agent");
    }

    List<Pod> operators() {
        return podsOf("espalier-operator");
    }

    Pod agentOn(String node) {
        return agents().stream()
                .filter(pod -> node.equals(pod.getSpec().getNodeName())
                        && pod.getMetadata().getDeletionTimestamp() == null)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no agent on " + node));
    }

    private List<Pod> podsOf(String name) {
        return cluster.client()
                .pods()
                .inNamespace(NAMESPACE)
                .withLabel("app.kubernetes.io/name", name)
                .list()
                .getItems();
    }

    /** As {@code helm package} has it: Helm warns of every link that it follows. */
    private static Path withoutLinks(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            }
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
