package dev.espalier.lab.pods;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.lab.LabException;
import dev.espalier.lab.cluster.LabCluster;
import dev.espalier.lab.shell.Shell;
import dev.espalier.lab.topology.LabNode;
import dev.espalier.lab.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The pods of the lab that is up; each is kept as a file, so that any later call finds it. */
public final class Pods {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LabCluster cluster;
    private final CniCall cni;
    private final Path folder;

    public Pods(LabCluster cluster) {
        this.cluster = cluster;
        this.cni = new CniCall(cluster.paths());
        this.folder = cluster.paths().state().resolve("pods");
    }

    /** Makes the namespace, calls CNI ADD, and creates the Pod object. A failure leaves nothing. */
    public LabPod add(String namespace, String name, LabNode node, Map<String, String> labels) {
        require(namespace, "namespace");
        require(name, "pod name");
        byte[] id = new byte[16];
        ThreadLocalRandom.current().nextBytes(id);
        LabPod pod = new LabPod(
                namespace, name, node.name(), Map.copyOf(labels), HexFormat.of().formatHex(id), List.of());
        if (Files.exists(file(namespace, name))) {
            throw new LabException("pod " + pod.key() + " exists already");
        }
        Shell.run("ip", "netns", "add", pod.networkNamespace());
        try {
            Shell.run("ip", "-n", pod.networkNamespace(), "link", "set", "lo", "up");
            List<String> addresses = cni.add(node, pod);
            LabPod wired = new LabPod(namespace, name, node.name(), pod.labels(), pod.containerId(), addresses);
            cluster.createPodObject(namespace, name, node, labels, addresses);
            Files.createDirectories(folder);
            JSON.writeValue(file(namespace, name).toFile(), wired);
            return wired;
        } catch (IOException e) {
            Topology.remove(pod.networkNamespace());
            throw new LabException("cannot keep pod " + pod.key() + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            Topology.remove(pod.networkNamespace());
            throw e;
        }
    }

    public void delete(LabPod pod) {
        cni.delete(cluster.node(pod.node()), pod);
        Topology.remove(pod.networkNamespace());
        cluster.deletePodObject(pod.namespace(), pod.name());
        try {
            Files.deleteIfExists(file(pod.namespace(), pod.name()));
        } catch (IOException e) {
            throw new LabException("cannot forget pod " + pod.key() + ": " + e.getMessage(), e);
        }
    }

    public List<LabPod> list() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<LabPod> pods = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                pods.add(JSON.readValue(file.toFile(), LabPod.class));
            }
        } catch (IOException e) {
            throw new LabException("cannot read " + folder + ": " + e.getMessage(), e);
        }
        return pods;
    }

    /** By {@code name} or {@code namespace/name}. */
    public LabPod get(String name) {
        List<LabPod> found = list().stream()
                .filter(pod -> pod.name().equals(name) || pod.key().equals(name))
                .toList();
        return switch (found.size()) {
            case 1 -> found.getFirst();
            case 0 ->
                throw new LabException("no pod '" + name + "'; there are "
                        + list().stream().map(LabPod::key).toList());
            default ->
                throw new LabException("'" + name + "' could be any of "
                        + found.stream().map(LabPod::key).toList());
        };
    }

    private Path file(String namespace, String name) {
        return folder.resolve(namespace + "_" + name + ".json");
    }

    private static void require(String value, String what) {
        if (!NAME.matcher(value).matches()) {
            throw new LabException(what + " '" + value + "' is not a lower-case DNS label of at most 32 characters");
        }
    }
}
