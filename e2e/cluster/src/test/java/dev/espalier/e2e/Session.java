package dev.espalier.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

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
                Duration.ofSeconds(60),
                () -> !cluster.nodes().isEmpty()
                        && cluster.nodes().stream().noneMatch(node -> node.getSpec().getPodCIDRs().isEmpty()));
        underlay = new Underlay(settings, cluster.addresses(), cluster.podCidrs());
        report.progress("captures run on " + cluster.addresses());
        try {
            loadImage(Settings.root().resolve("e2e/cluster/target/tools.tar"));
            installation.install();
            workloads.start();
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
