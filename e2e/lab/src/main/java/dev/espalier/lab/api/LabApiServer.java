package dev.espalier.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.espalier.lab.api.access.Authenticator;
import dev.espalier.lab.api.access.Rbac;
import dev.espalier.lab.api.access.ServiceAccountTokens;
import dev.espalier.lab.api.access.TokenRequests;
import dev.espalier.lab.api.http.Router;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.model.ResourceType;
import dev.espalier.lab.api.rest.Deletions;
import dev.espalier.lab.api.rest.ResourceWriter;
import dev.espalier.lab.api.rest.WriteOptions;
import dev.espalier.lab.api.store.ControllerLoop;
import dev.espalier.lab.api.store.Lifecycle;
import dev.espalier.lab.api.store.Store;
import dev.espalier.lab.api.store.TypeRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * The lab's own Kubernetes API server: in memory, one process, good for operators, agents and kubectl on one machine; never for production.
 *
 * <p>It serves custom resources with their schemas, watches, server-side apply, RBAC, tokens, certificates requests and garbage collection
 * as a real API server does; the probe suite runs the same checks against both. It does not do: CEL beyond common rules (others of CRDs are
 * stored, with a warning; in admission policies they refuse the write), schemas of built-in resources, webhooks, conversion, aggregation, exec and logs. Everything but the keys is
 * gone when it stops.
 */
public final class LabApiServer implements AutoCloseable {
    static {
        // Small answers must not wait for the client's delayed ACK, and an idle keep-alive connection must outlive the
        // client's interest in it.
        System.setProperty("sun.net.httpserver.nodelay", System.getProperty("sun.net.httpserver.nodelay", "true"));
        System.setProperty(
                "sun.net.httpserver.idleInterval", System.getProperty("sun.net.httpserver.idleInterval", "300"));
        System.setProperty(
                "sun.net.httpserver.maxIdleConnections",
                System.getProperty("sun.net.httpserver.maxIdleConnections", "2000"));
    }

    private final HttpsServer http;
    private final ExecutorService threads;
    private final ControllerLoop controllers;
    private final Store store;
    private final Faults faults;
    private final ServerIdentity identity;
    private final Kubeconfig admin;

    private LabApiServer(LabApiConfig config, ServerIdentity identity) throws IOException {
        this.identity = identity;
        this.store = new Store(config.historyPerResource());
        TypeRegistry types = new TypeRegistry(store);
        Lifecycle lifecycle = new Lifecycle(store);
        Rbac rbac = new Rbac(store);
        ResourceWriter writer = new ResourceWriter(store, lifecycle, rbac);
        ServiceAccountTokens tokens = new ServiceAccountTokens(store, identity.tokenKey(), config.nodeClaims());
        this.faults = new Faults(store::endSubscriptions, store::compact);
        this.controllers = new ControllerLoop(store, types, lifecycle, identity.authorityPem());
        bootstrap(types, writer);

        Router router = new Router(new Router.Parts(
                store,
                types,
                writer,
                new Deletions(store, lifecycle),
                new Authenticator(identity.adminToken(), tokens),
                rbac,
                new TokenRequests(store, tokens),
                faults,
                version(config.minorVersion()),
                config.bookmarkInterval(),
                config.log()));
        this.http = HttpsServer.create(config.listen(), 0);
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("api-", 0).factory());
        http.setHttpsConfigurator(new ClientCertificatesWanted(
                identity.serverContext(ServerIdentity.hosts(config.listen().getAddress()))));
        http.setExecutor(threads);
        http.createContext("/", router);
        this.admin = new Kubeconfig(url(), identity.authorityPem(), "lab-admin", identity.adminToken());
    }

    /** Starts a server; it answers when this returns. With a state folder, writes {@code admin.kubeconfig} there. */
    public static LabApiServer start(LabApiConfig config) throws IOException {
        ServerIdentity identity = config.stateFolder().isPresent()
                ? ServerIdentity.in(config.stateFolder().get())
                : ServerIdentity.create();
        LabApiServer server = new LabApiServer(config, identity);
        server.controllers.start();
        server.http.start();
        if (config.stateFolder().isPresent()) {
            server.admin.write(adminKubeconfig(config.stateFolder().get()));
        }
        return server;
    }

    /** Where a server with this state folder writes the administrator's kubeconfig. */
    public static Path adminKubeconfig(Path stateFolder) {
        return stateFolder.resolve("admin.kubeconfig");
    }

    /** {@code https://ADDRESS:PORT}. */
    public String url() {
        InetSocketAddress bound = http.getAddress();
        String host = bound.getAddress().isAnyLocalAddress()
                ? "127.0.0.1"
                : bound.getAddress().getHostAddress().replaceFirst("%.*", "");
        return "https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + bound.getPort();
    }

    /** For {@code system:masters}, who may do everything. */
    public Kubeconfig admin() {
        return admin;
    }

    public Faults faults() {
        return faults;
    }

    /** Watches that are open now. */
    public int openWatches() {
        return store.openSubscriptions();
    }

    /** TLS of a client who shows a certificate of this server's CA for {@code user} with {@code groups}. */
    public SSLContext clientContext(String user, List<String> groups) {
        return identity.context(identity.issueClient(user, groups));
    }

    @Override
    public void close() {
        store.endSubscriptions();
        http.stop(0);
        threads.shutdownNow();
        controllers.close();
    }

    private static void bootstrap(TypeRegistry types, ResourceWriter writer) {
        WriteOptions options = WriteOptions.of(
                new dev.espalier.lab.api.access.User(
                        "system:apiserver", "", List.of("system:masters"), java.util.Map.of()),
                "lab-api");
        ResourceType namespaces = types.find("", "v1", "namespaces").orElseThrow();
        for (String name : List.of("default", "kube-system", "kube-public", "kube-node-lease")) {
            ObjectNode namespace = Json.object().put("apiVersion", "v1").put("kind", "Namespace");
            Meta.of(namespace).put("name", name);
            writer.create(namespaces, "", namespace, options);
        }
        for (ObjectNode object : Rbac.bootstrap()) {
            ResourceType type = types.ofKind(Json.textOrEmpty(object, "apiVersion"), Json.textOrEmpty(object, "kind"))
                    .orElseThrow();
            writer.create(type, "", object, options);
        }
    }

    private static ObjectNode version(int minor) {
        return Json.object()
                .put("major", "1")
                .put("minor", Integer.toString(minor))
                .put("gitVersion", "v1." + minor + ".0-espalier-lab")
                .put("gitCommit", "")
                .put("gitTreeState", "")
                .put("buildDate", "")
                .put("goVersion", "")
                .put("compiler", "")
                .put("platform", "java/" + Runtime.version().feature());
    }

    private static final class ClientCertificatesWanted extends HttpsConfigurator {
        ClientCertificatesWanted(SSLContext context) {
            super(context);
        }

        @Override
        public void configure(HttpsParameters parameters) {
            SSLParameters tls = getSSLContext().getDefaultSSLParameters();
            tls.setWantClientAuth(true);
            parameters.setSSLParameters(tls);
        }
    }
}
