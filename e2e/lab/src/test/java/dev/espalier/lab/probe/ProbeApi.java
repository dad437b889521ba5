package dev.espalier.lab.probe;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.LabApiConfig;
import dev.espalier.lab.api.LabApiServer;
import dev.espalier.lab.api.RealApiServer;
import dev.espalier.lab.api.model.Json;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The API server that the probes run against: one for all of them, chosen by the environment. */
final class ProbeApi {
    static final String GROUP = "probe.espalier.dev";
    static final String WIDGETS = "/apis/" + GROUP + "/v1/widgets";
    private static final Object LOCK = new Object();
    private static @Nullable ProbeApi instance;

    private final Config config;
    private final Optional<LabApiServer> embedded;
    private final boolean hasControllers;
    private final ProbeClient admin;
    private final KubernetesClient fabric8;

    private ProbeApi(Config config, Optional<LabApiServer> embedded, boolean hasControllers) {
        this.config = new ConfigBuilder(config).withRequestRetryBackoffLimit(0).build();
        this.embedded = embedded;
        this.hasControllers = hasControllers;
        this.admin = ProbeClient.of(this.config);
        this.fabric8 = new KubernetesClientBuilder().withConfig(this.config).build();
    }

    static ProbeApi get() {
        synchronized (LOCK) {
            ProbeApi api = instance;
            if (api == null) {
                api = start();
                api.install(Definitions.WIDGETS);
                instance = api;
            }
            return api;
        }
    }

    private static ProbeApi start() {
        try {
            String given = System.getenv("LAB_API");
            String assets = System.getenv("KUBEBUILDER_ASSETS");
            if (given != null && !given.isBlank()) {
                return new ProbeApi(Config.fromKubeconfig(Path.of(given).toFile()), Optional.empty(), true);
            }
            if (assets != null && !assets.isBlank()) {
                Path folder = Files.createTempDirectory("espalier-probe");
                // Registered first: a server that does not come up is stopped, too.
                Runtime.getRuntime().addShutdownHook(new Thread(() -> RealApiServer.stop(folder)));
                Path kubeconfig = RealApiServer.start(Path.of(assets), folder, "127.0.0.1", freePort());
                boolean controllers = Files.isExecutable(Path.of(assets).resolve("kube-controller-manager"));
                return new ProbeApi(Config.fromKubeconfig(kubeconfig.toFile()), Optional.empty(), controllers);
            }
            LabApiServer server = LabApiServer.start(LabApiConfig.local().withBookmarkInterval(Duration.ofMillis(200)));
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            return new ProbeApi(Config.fromKubeconfig(server.admin().toYaml()), Optional.of(server), true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Makes a custom resource served. */
    void install(String definition) {
        ObjectNode object =
                Json.parseObject(definition.getBytes(java.nio.charset.StandardCharsets.UTF_8), "application/yaml");
        String name = Json.textOrEmpty(object, "metadata", "name");
        String definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        if (admin.apply(definitions + "/" + name + "?force=true", "probe", object.toString())
                        .code()
                >= 400) {
            // A server from before CEL refuses to apply the field for rules; a plain create drops it.
            admin.post(definitions, object.toString());
        }
        String list = "/apis/" + Json.textOrEmpty(object, "spec", "group") + "/v1/"
                + Json.textOrEmpty(object, "spec", "names", "plural");
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(() ->
                        admin.get(definitions + "/" + name).body().toString().contains("\"Established\"")
                                && admin.get(list).code() == 200);
    }

    ProbeClient admin() {
        return admin;
    }

    /** As the holder of a token; null for nobody. */
    ProbeClient as(@Nullable String token) {
        return admin.withToken(token, config);
    }

    KubernetesClient fabric8() {
        return fabric8;
    }

    Config config() {
        return config;
    }

    Optional<LabApiServer> embedded() {
        return embedded;
    }

    /** Whether owner references, namespaces and service accounts are taken care of: kube-apiserver alone does not. */
    boolean hasControllers() {
        return hasControllers;
    }

    /** Whether the server is as new as 1.{@code minor}. */
    boolean isAtLeast(int minor) {
        return Integer.parseInt(admin.get("/version").text("minor").replaceAll("\\D", "")) >= minor;
    }

    /** A name that no other probe has. */
    static String unique(String prefix) {
        return prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    /** A new namespace. */
    String namespace() {
        String name = unique("probe");
        admin.post(
                "/api/v1/namespaces",
                "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"" + name + "\"}}");
        return name;
    }

    static String widget(String name, String spec) {
        return "{\"apiVersion\":\"" + GROUP + "/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"" + name
                + "\"},\"spec\":" + spec + "}";
    }

    static String configMap(String name, String key, String value) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" + name + "\"},\"data\":{\""
                + key + "\":\"" + value + "\"}}";
    }
}
