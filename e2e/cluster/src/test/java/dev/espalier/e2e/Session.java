package dev.espalier.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What all test classes share: one cluster, one installation, one set of captures from before the installation until the end. */
final class Session implements AutoCloseable {
    private final Report report = new Report();
    private final Cluster cluster;
    private final Underlay underlay;
    private final Workloads workloads;
    private final Installation installation;
    private boolean failed;

    Session(Settings settings) {
        cluster = new Cluster(settings);
        workloads = new Workloads(cluster);
        installation = Installation.of(cluster, report);
        prepareFolder(settings.out());
        Waiting.until(
                "every node has its pod addresses",
                Duration.ofMinutes(1),
                () -> !cluster.nodes().isEmpty()
                        && cluster.nodes().stream()
                                .noneMatch(node -> node.getSpec().getPodCIDRs().isEmpty()));
        underlay = new Underlay(settings, cluster.addresses(), cluster.podCidrs());
        report.progress("captures run on " + cluster.addresses());
        try {
            loadImage(Settings.root().resolve("e2e/cluster/target/tools.tar"));
            installation.prepare();
            if (settings.mode() == Settings.Mode.CHAINED) {
                // There is a plugin already: pods of before would speak in clear until Espalier is there, rightly so.
                installation.install();
                release().awaitReady();
                workloads.create();
            } else {
                workloads.create();
                Instant began = Instant.now();
                long installedAt = System.nanoTime();
                installation.install();
                if (installation.protects()) {
                    awaitSealed(installedAt);
                    Timeline timeline = new Timeline(cluster, began);
                    report.figure(
                            "made of: operator", timeline.operator(release().operators()));
                    report.figure(
                            "made of: last agent", timeline.agents(release().agents()));
                }
            }
            workloads.awaitReady();
            report.progress("the suite's pods are Ready");
        } catch (AssertionError | RuntimeException e) {
            failed();
            close();
            throw e;
        }
    }

    Cluster cluster() {
        return cluster;
    }

    Underlay underlay() {
        return underlay;
    }

    Workloads workloads() {
        return workloads;
    }

    Installation installation() {
        return installation;
    }

    Report report() {
        return report;
    }

    /** The largest packet that a pod can send to one on another node: less than its interface takes where another plugin made that. */
    int innerMtu(Pod pod) {
        int mtu = Integer.parseInt(
                cluster.exec(pod, "cat", "/sys/class/net/eth0/mtu").strip());
        return sealed()
                ? Math.min(
                        mtu,
                        Integer.parseInt(cluster.inNetworkOf(Workloads.node(pod), "cat", "/sys/class/net/espalier0/mtu")
                                .strip()))
                : mtu;
    }

    /** Whether what pods of different nodes say to each other must be sealed by now. */
    boolean sealed() {
        return installation.protects();
    }

    /** Collects what the cluster is like, once a session. */
    void failed() {
        if (!failed) {
            failed = true;
            Path folder = cluster.settings().out().resolve("diagnostics");
            new Diagnostics(cluster, folder).collect();
            report.progress("diagnostics are in " + folder);
        }
    }

    /** Until every pod on every node has reached every other one: the pods wait for the plugin that is being installed. */
    private void awaitSealed(long installedAt) {
        report.figure("from helm install to helm's return", Report.since(installedAt));
        Waiting.until(
                "a pod reaches one on another node",
                Duration.ofMinutes(8),
                this::pings,
                () -> cluster.states(HelmRelease.NAMESPACE) + cluster.states(Workloads.NAMESPACE));
        report.figure("from helm install to the first sealed ping", Report.since(installedAt));
        cluster.awaitPods(Workloads.NAMESPACE, "echo", cluster.workers().size(), Duration.ofMinutes(8));
        report.figure("from helm install to a pod Ready on every node", Report.since(installedAt));
        for (Pod from : workloads.echoes()) {
            for (Pod to : workloads.echoes()) {
                Waiting.until(
                        from.getSpec().getNodeName() + " reaches "
                                + to.getSpec().getNodeName(),
                        Duration.ofMinutes(1),
                        () -> cluster.tryExec(from, "ping", "-c", "1", "-W", "1", Workloads.ip(to))
                                .ok());
            }
        }
        report.figure("from helm install to sealed pings between all nodes", Report.since(installedAt));
    }

    /** Whether any pod reaches one on another node by now, ready or not. */
    private boolean pings() {
        List<Pod> running = cluster.running(Workloads.NAMESPACE, "echo");
        return running.size() > 1
                && cluster.tryExec(running.getFirst(), "ping", "-c", "1", "-W", "1", Workloads.ip(running.getLast()))
                        .ok();
    }

    /** The Helm release; only where something is installed. */
    HelmRelease release() {
        return (HelmRelease) installation;
    }

    private void loadImage(Path archive) {
        cluster.settings().loadImage(archive).ifPresent(Commands::run);
    }

    @Override
    public void close() {
        try (cluster;
                underlay) {
            if (cluster.client().namespaces().withName(Workloads.NAMESPACE).get() != null) {
                workloads.stop();
            }
            installation.removeIfThere();
            long packets = underlay.finish();
            report.figure("packets on the underlay, all nodes", Long.toString(packets));
            if (sealed() || installation.removed()) {
                report.figure("of them in clear with a pod address at both ends", Long.toString(underlay.leaks()));
            }
        } finally {
            report.close();
        }
    }

    private static void prepareFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
