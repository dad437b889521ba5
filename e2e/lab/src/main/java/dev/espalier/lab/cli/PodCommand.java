package dev.espalier.lab.cli;

import dev.espalier.lab.LabPaths;
import dev.espalier.lab.cluster.LabCluster;
import dev.espalier.lab.pods.LabPod;
import dev.espalier.lab.pods.Pods;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "pod", description = "Adds and deletes pods.")
final class PodCommand {
    @Command(name = "add", description = "Makes a pod: a namespace wired by CNI ADD, and its Pod object.")
    int add(
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--node", required = true, paramLabel = "N") String node,
            @Option(names = "--namespace", defaultValue = "default", paramLabel = "NS") String namespace,
            @Option(names = "-l", paramLabel = "K=V") Map<String, String> labels) {
        try (LabCluster cluster = LabCluster.open(LabPaths.fromEnvironment())) {
            LabPod pod = new Pods(cluster).add(namespace, name, cluster.node(node), labels == null ? Map.of() : labels);
            System.out.println(pod.key() + " on " + pod.node() + ": " + String.join(", ", pod.addresses()));
        }
        return 0;
    }

    @Command(name = "del", description = "Deletes a pod: CNI DEL, its namespace, its Pod object.")
    int del(@Parameters(paramLabel = "NAME") String name) {
        try (LabCluster cluster = LabCluster.open(LabPaths.fromEnvironment())) {
            Pods pods = new Pods(cluster);
            pods.delete(pods.get(name));
        }
        return 0;
    }
}
