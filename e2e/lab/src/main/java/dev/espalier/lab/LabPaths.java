package dev.espalier.lab;

import java.nio.file.Path;

/**
 * Where things lie.
 *
 * @param root the project
 * @param state everything a running lab has written, removed by {@code lab down}
 */
public record LabPaths(Path root, Path state) {
    /** From {@code LAB_ROOT}, which the launcher sets, and {@code LAB_STATE} (default {@code /run/espalier-lab}). */
    public static LabPaths fromEnvironment() {
        String root = System.getenv("LAB_ROOT");
        if (root == null) {
            throw new LabException("LAB_ROOT is not set: start the lab by e2e/lab/lab");
        }
        String state = System.getenv().getOrDefault("LAB_STATE", "/run/espalier-lab");
        return new LabPaths(Path.of(root), Path.of(state));
    }

    public Path agentLauncher() {
        return root.resolve("node-agent/bin/espalier-agent");
    }

    public Path operatorLauncher() {
        return root.resolve("operator/bin/espalier-operator");
    }

    public Path cniBinary() {
        return root.resolve("cni-binary/bin/espalier");
    }

    public Path manifests() {
        return root.resolve("deploy/manifests");
    }

    public Path adminKubeconfig() {
        return state.resolve("admin.kubeconfig");
    }

    public Path node(String name) {
        return state.resolve("nodes").resolve(name);
    }

    public Path labFile() {
        return state.resolve("lab.json");
    }
}
