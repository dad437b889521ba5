package dev.espalier.lab.operator;

import static org.awaitility.Awaitility.await;

import dev.espalier.crds.v1alpha1.IPSecAuthority;
import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.lab.api.LabApiConfig;
import dev.espalier.lab.api.LabApiServer;
import dev.espalier.lab.api.RealApiServer;
import dev.espalier.lab.probe.ProbeClient;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** An API server with Espalier's manifests, nodes that are objects only, and operators that are processes. */
final class OperatorCluster implements AutoCloseable {
    static final String SYSTEM = "espalier-system";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path folder;
    private final Config admin;
    private final Optional<LabApiServer> embedded;
    private final KubernetesClient client;
    private final ProbeClient http;
    private final List<OperatorProcess> operators = new ArrayList<>();

    private OperatorCluster(Path folder, Config admin, Optional<LabApiServer> embedded) {
        this.folder = folder;
        this.admin = admin;
        this.embedded = embedded;
        this.client = new KubernetesClientBuilder().withConfig(admin).build();
        this.http = ProbeClient.of(admin);
    }

    static OperatorCluster start() {
        try {
            Path folder = Files.createTempDirectory("espalier-operator-test");
            String assets = System.getenv("KUBEBUILDER_ASSETS");
            OperatorCluster cluster;
            if (assets != null && !assets.isBlank()) {
                // Registered first: a server that does not come up is stopped, too.
                Runtime.getRuntime().addShutdownHook(new Thread(() -> RealApiServer.stop(folder)));
                Path kubeconfig = RealApiServer.start(Path.of(assets), folder, "127.0.0.1", freePort());
                cluster = new OperatorCluster(folder, config(kubeconfig), Optional.empty());
            } else {
                LabApiServer server = LabApiServer.start(LabApiConfig.local());
                cluster = new OperatorCluster(
                        folder, Config.fromKubeconfig(server.admin().toYaml()), Optional.of(server));
            }
            cluster.applyManifests();
            return cluster;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    KubernetesClient client() {
        return client;
    }

    /** As administrator. */
    ProbeClient http() {
        return http;
    }

    Optional<LabApiServer> embedded() {
        return embedded;
    }

    ProbeClient as(String token) {
        return http.as(token);
    }

    int minorVersion() {
        return Integer.parseInt(client.getKubernetesVersion().getMinor().replaceAll("\\D", ""));
    }

    /** An operator that runs until {@link #close}. */
    OperatorProcess operator(String name, String... environment) {
        OperatorProcess operator =
                OperatorProcess.start(name, folder, admin, token("espalier-operator", null), freePorts(), environment);
        operators.add(operator);
        return operator;
    }

    /** A Node with one address and one pod network. */
    void node(String name, int index) {
        String pods = "10." + (244 + index / 256) + "." + index % 256 + ".0/24";
        client.resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withPodCIDR(pods)
                        .addToPodCIDRs(pods)
                        .endSpec()
                        .build())
                .create();
        client.nodes()
                .withName(name)
                .editStatus(node -> new NodeBuilder(node)
                        .editOrNewStatus()
                        .addNewAddress("172.31." + index / 256 + "." + index % 256, "InternalIP")
                        .endStatus()
                        .build());
    }

    /** A token of the agent's account, bound to its pod on {@code node} as a kubelet would project it. */
    String agentToken(String node) {
        Pod pod = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(SYSTEM)
                        .withName("espalier-agent-" + node)
                        .endMetadata()
                        .withNewSpec()
                        .withNodeName(node)
                        .withServiceAccountName("espalier-agent")
                        .addNewContainer()
                        .withName("agent")
                        .withImage("espalier")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        return token("espalier-agent", pod);
    }

    String token(String account, @org.jspecify.annotations.Nullable Pod pod) {
        TokenRequestBuilder request = new TokenRequestBuilder()
                .withNewSpec()
                .withExpirationSeconds(7200L)
                .endSpec();
        if (pod != null) {
            request.editSpec()
                    .withNewBoundObjectRef(
                            "v1",
                            "Pod",
                            pod.getMetadata().getName(),
                            pod.getMetadata().getUid())
                    .endSpec();
        }
        return client.serviceAccounts()
                .inNamespace(SYSTEM)
                .withName(account)
                .tokenRequest(request.build())
                .getStatus()
                .getToken();
    }

    /** Until an operator leads and has done its first round. */
    void awaitReady(String... nodes) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(200)).until(() -> {
            IPSecAuthority authority = client.resources(IPSecAuthority.class)
                    .withName(IPSecAuthority.NAME)
                    .get();
            return authority != null
                    && authority.getStatus() != null
                    && Stream.of(nodes)
                            .allMatch(node -> client.resources(IPSecNode.class)
                                            .withName(node)
                                            .get()
                                    != null);
        });
    }

    @Override
    public void close() {
        operators.forEach(OperatorProcess::kill);
        client.close();
        embedded.ifPresent(LabApiServer::close);
        RealApiServer.stop(folder);
    }

    /** A file or folder of {@code deploy/manifests}. */
    void apply(String part) throws IOException {
        Path manifests = Path.of(System.getProperty("espalier.root", "../..")).resolve("deploy/manifests");
        try (Stream<Path> files = Files.walk(manifests.resolve(part))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                try (InputStream text = Files.newInputStream(file)) {
                    // Creation, not apply: servers from before CEL drop its rules so, and refuse them otherwise.
                    client.load(text).items().forEach(this::create);
                }
            }
        }
    }

    /** What the operators have asked the API server for; nothing of the lab's server, which keeps no account. */
    List<AuditedRequest> requestsOfOperators() throws IOException {
        return embedded.isPresent() ? List.of() : AuditedRequest.read(RealApiServer.auditLog(folder));
    }

    /** Requests by verb since the API server began, of everyone; nothing of the lab's server. */
    Map<String, Long> requestsByVerb() {
        if (embedded.isPresent()) {
            return Map.of();
        }
        Map<String, Long> result = new TreeMap<>();
        client.raw("/metrics")
                .lines()
                .filter(line -> line.startsWith("apiserver_request_total{"))
                .forEach(line -> {
                    String verb = line.replaceFirst(".*[{,]verb=\"([A-Z]+)\".*", "$1");
                    result.merge(verb, (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)), Long::sum);
                });
        return result;
    }

    private void applyManifests() throws IOException {
        for (String part : List.of(
                "namespace.yaml", "crds", "rbac", minorVersion() >= 30 ? "admission" : "admission-before-1.30")) {
            apply(part);
        }
        await().atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> client.resources(IPSecAuthority.class).list() != null
                        && client.resources(IPSecNode.class).list() != null);
    }

    private void create(HasMetadata object) {
        client.resource(object).create();
    }

    private static Config config(Path kubeconfig) {
        return new ConfigBuilder(Config.fromKubeconfig(kubeconfig.toFile())).build();
    }

    private static int[] freePorts() {
        return new int[] {freePort(), freePort()};
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
