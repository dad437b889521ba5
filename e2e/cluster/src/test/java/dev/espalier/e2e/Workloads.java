package dev.espalier.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** The suite's own pods: a server on every node, one on every node's host network, and a name server. */
final class Workloads {
    static final String NAMESPACE = "espalier-e2e";
    static final String IMAGE = "docker.io/library/espalier-e2e-tools:1";
    static final int TCP = 8080;
    static final int UDP = 8080;
    static final int HOST_TCP = 18080;
    static final int NODE_PORT = 30080;
    /** What ping says of a packet that must not be fragmented, of its own network or of a router's answer. */
    static final Pattern TOO_LARGE =
            Pattern.compile("message too long|frag needed|packet too big", Pattern.CASE_INSENSITIVE);

    private static final Duration READY = Duration.ofMinutes(6);

    private final Cluster cluster;

    Workloads(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Creates all of them, without waiting for anything. */
    void create() {
        cluster.apply("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: espalier-e2e}
                """);
        Waiting.until(
                "the namespace has its service account",
                Duration.ofSeconds(30),
                () -> cluster.client()
                                .serviceAccounts()
                                .inNamespace(NAMESPACE)
                                .withName("default")
                                .get()
                        != null);
        cluster.apply(daemonSet("echo", false, "serve $NODE 8080 8080 0", 8080));
        cluster.apply(daemonSet("host", true, "serve host-$NODE 18080 18080 0 $ADDRESS", 18080));
        cluster.apply(SERVICES);
        cluster.apply(pod(
                "dns",
                "dns",
                cluster.workers().getFirst(),
                "exec traffic serve dns 8080 0 53",
                "terminationGracePeriodSeconds: 1"));
    }

    /** Waits until all of them are Ready. */
    void awaitReady() {
        awaitOnEveryNode();
        cluster.awaitPods(NAMESPACE, "dns", 1, READY);
    }

    /** Without the DNS server, a pod of no controller, which goes with its node when that is removed. */
    void awaitOnEveryNode() {
        int workers = cluster.workers().size();
        cluster.awaitPods(NAMESPACE, "echo", workers, READY);
        cluster.awaitPods(NAMESPACE, "host", workers, READY);
    }

    /** Takes them away and waits until kubelet has taken the last one down: its CNI DEL belongs to the session. */
    void stop() {
        for (String name : List.of("echo", "host")) {
            cluster.client()
                    .apps()
                    .daemonSets()
                    .inNamespace(NAMESPACE)
                    .withName(name)
                    .delete();
        }
        cluster.client().pods().inNamespace(NAMESPACE).withGracePeriod(1L).delete();
        Waiting.until(
                "the suite's pods are gone",
                Duration.ofSeconds(90),
                () -> cluster.client()
                        .pods()
                        .inNamespace(NAMESPACE)
                        .list()
                        .getItems()
                        .isEmpty());
        cluster.client().namespaces().withName(NAMESPACE).delete();
    }

    /** One on each worker, in the order of the nodes. */
    List<Pod> echoes() {
        return cluster.pods(NAMESPACE, "echo");
    }

    /** The same on the hosts' network. */
    List<Pod> hosts() {
        return cluster.pods(NAMESPACE, "host");
    }

    Pod dns() {
        return cluster.pods(NAMESPACE, "dns").getFirst();
    }

    /** Starts one more pod on a node with a shell command that serves 8080 and lines of its {@code spec}; waits until it is Ready. */
    Pod start(String name, String app, String node, String command, String more) {
        cluster.apply(pod(name, app, node, command, more));
        return cluster.client()
                .pods()
                .inNamespace(NAMESPACE)
                .withName(name)
                .waitUntilCondition(
                        pod -> pod != null && Cluster.ready(pod),
                        READY.toSeconds(),
                        java.util.concurrent.TimeUnit.SECONDS);
    }

    /** Deletes a pod at once and waits until it is gone. */
    void remove(Pod pod) {
        var resource = cluster.client()
                .pods()
                .inNamespace(NAMESPACE)
                .withName(pod.getMetadata().getName());
        resource.withGracePeriod(0).delete();
        Waiting.until(pod.getMetadata().getName() + " is gone", Duration.ofMinutes(1), () -> resource.get() == null);
    }

    static String ip(Pod pod) {
        return pod.getStatus().getPodIP();
    }

    static String node(Pod pod) {
        return pod.getSpec().getNodeName();
    }

    private static String daemonSet(String name, boolean hostNetwork, String command, int port) {
        return """
                apiVersion: apps/v1
                kind: DaemonSet
                metadata: {name: %1$s, namespace: espalier-e2e}
                spec:
                  selector: {matchLabels: {app: %1$s}}
                  updateStrategy: {rollingUpdate: {maxUnavailable: 100%%}}
                  template:
                    metadata: {labels: {app: %1$s}}
                    spec:
                      hostNetwork: %2$s
                      terminationGracePeriodSeconds: 1
                      containers:
                      - name: traffic
                        image: %5$s
                        imagePullPolicy: IfNotPresent
                        command: [/bin/sh, -c, "exec traffic %3$s"]
                        env:
                        - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
                        - {name: ADDRESS, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}
                        readinessProbe: {tcpSocket: {port: %4$d}, periodSeconds: 2}
                """.formatted(name, hostNetwork, command, port, IMAGE);
    }

    private static String pod(String name, String app, String node, String command, String more) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: %1$s, namespace: espalier-e2e, labels: {app: %2$s}}
                spec:
                  nodeName: %3$s
                  containers:
                  - name: traffic
                    image: %6$s
                    imagePullPolicy: IfNotPresent
                    command: [/bin/sh, -c, "%4$s"]
                    readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
                %5$s
                """.formatted(name, app, node, command, more.indent(2).stripTrailing(), IMAGE);
    }

    private static final String SERVICES = """
            apiVersion: v1
            kind: Service
            metadata: {name: echo, namespace: espalier-e2e}
            spec:
              selector: {app: echo}
              ports: [{name: tcp, port: 80, targetPort: 8080}, {name: udp, port: 80, targetPort: 8080, protocol: UDP}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: echo-node, namespace: espalier-e2e}
            spec:
              type: NodePort
              selector: {app: echo}
              ports: [{name: tcp, port: 80, targetPort: 8080, nodePort: 30080}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: echo-headless, namespace: espalier-e2e}
            spec:
              clusterIP: None
              selector: {app: echo}
              ports: [{name: tcp, port: 8080}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: dns, namespace: espalier-e2e}
            spec:
              selector: {app: dns}
              ports: [{name: udp, port: 53, protocol: UDP}, {name: tcp, port: 53}]
            """;
}
