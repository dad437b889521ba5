package dev.espalier.lab.api;

import dev.espalier.lab.LabException;
import dev.espalier.lab.shell.Daemons;
import dev.espalier.lab.shell.Shell;
import dev.espalier.lab.shell.Waiting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real kube-apiserver with its etcd, out of a folder that holds both binaries ({@code KUBEBUILDER_ASSETS}, the convention of envtest);
 * a kube-controller-manager too, when the folder has one. They outlive the process that started them; {@link #stop} finds them again by
 * the state folder.
 */
public final class RealApiServer {
    private static final List<String> ALL = List.of("controller-manager", "kube-apiserver", "etcd");
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final String AUDIT = """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived, ResponseStarted]
            rules:
            - {level: Metadata, users: ["system:serviceaccount:espalier-system:espalier-operator"]}
            - {level: None}
            """;

    private final Path assets;
    private final Path folder;
    private final Optional<Path> networkNamespace;
    private final Daemons daemons;

    private RealApiServer(Path assets, Path folder, Optional<Path> networkNamespace) {
        this.assets = assets;
        this.folder = folder;
        this.networkNamespace = networkNamespace;
        this.daemons = new Daemons(folder.resolve("daemons"));
    }

    /** Starts them in this process's network namespace and waits until the API answers. Returns the administrator's kubeconfig. */
    public static Path start(Path assets, Path folder, String address, int port) {
        return new RealApiServer(assets, folder, Optional.empty()).start(address, port);
    }

    /**
     * Starts them in another network namespace, and waits there, by kubectl, until the API answers.
     *
     * @param networkNamespace such as {@code /run/netns/NAME}
     */
    public static Path startIn(Path networkNamespace, Path assets, Path folder, String address, int port) {
        return new RealApiServer(assets, folder, Optional.of(networkNamespace)).start(address, port);
    }

    /** Stops what was started with this state folder; succeeds when nothing was. */
    public static void stop(Path folder) {
        Daemons daemons = new Daemons(folder.resolve("daemons"));
        ALL.forEach(daemons::stop);
    }

    /** Logs of the processes, for whoever looks for what went wrong. */
    public static Path logs(Path folder) {
        return folder.resolve("daemons");
    }

    /** One JSON object a line for each request that the operator's account has made ({@code audit.k8s.io/v1}). */
    public static Path auditLog(Path folder) {
        return folder.resolve("audit.log");
    }

    private Path start(String address, int port) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("audit.yaml"), AUDIT);
            ServerIdentity identity = ServerIdentity.in(folder);
            ServerIdentity.Issued server = identity.issueServer(ServerIdentity.hosts(InetAddress.getByName(address)));
            ServerIdentity.writeSecret(folder.resolve("server.crt"), server.certificatePem());
            ServerIdentity.writeSecret(folder.resolve("server.key"), server.keyPem());
            ServerIdentity.writeSecret(
                    folder.resolve("tokens.csv"), identity.adminToken() + ",lab-admin,lab-admin,\"system:masters\"\n");
            String host = address.contains(":") ? "[" + address + "]" : address;
            Kubeconfig admin = new Kubeconfig(
                    "https://" + host + ":" + port, identity.authorityPem(), "lab-admin", identity.adminToken());
            Path kubeconfig = LabApiServer.adminKubeconfig(folder);
            admin.write(kubeconfig);

            int clientPort = freePort();
            daemons.start("etcd", inNamespace(etcd(clientPort, freePort())), Map.of());
            daemons.start("kube-apiserver", inNamespace(apiServer(clientPort, address, port)), Map.of());
            Waiting.until(
                    "kube-apiserver answers (logs: " + logs(folder) + ")",
                    START_LIMIT,
                    () -> networkNamespace.isPresent() ? answersInNamespace(kubeconfig) : answers(admin, identity));
            if (Files.isExecutable(assets.resolve("kube-controller-manager"))) {
                daemons.start("controller-manager", inNamespace(controllerManager(kubeconfig)), Map.of());
            }
            return kubeconfig;
        } catch (IOException e) {
            throw new LabException("cannot start kube-apiserver in " + folder + ": " + e.getMessage(), e);
        }
    }

    private List<String> etcd(int clientPort, int peerPort) {
        String client = "http://127.0.0.1:" + clientPort;
        String peer = "http://127.0.0.1:" + peerPort;
        return List.of(
                assets.resolve("etcd").toString(),
                "--data-dir=" + folder.resolve("etcd"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer,
                "--unsafe-no-fsync");
    }

    private List<String> apiServer(int etcdPort, String address, int port) {
        return List.of(
                assets.resolve("kube-apiserver").toString(),
                "--etcd-servers=http://127.0.0.1:" + etcdPort,
                "--bind-address=" + address,
                "--advertise-address=" + address,
                "--secure-port=" + port,
                "--endpoint-reconciler-type=none",
                "--service-cluster-ip-range=" + (address.contains(":") ? "fd00:96::/112" : "10.96.0.0/16"),
                "--tls-cert-file=" + folder.resolve("server.crt"),
                "--tls-private-key-file=" + folder.resolve("server.key"),
                "--client-ca-file=" + folder.resolve("ca.crt"),
                "--cert-dir=" + folder,
                "--token-auth-file=" + folder.resolve("tokens.csv"),
                "--authorization-mode=RBAC",
                "--audit-policy-file=" + folder.resolve("audit.yaml"),
                "--audit-log-path=" + auditLog(folder),
                "--allow-privileged=true",
                // Pods here are never run: they need no account's token mounted, and their account may come later.
                "--disable-admission-plugins=ServiceAccount",
                "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
                "--service-account-key-file=" + folder.resolve("service-account.pub"),
                "--service-account-signing-key-file=" + folder.resolve("service-account.key"));
    }

    private List<String> controllerManager(Path kubeconfig) {
        return List.of(
                assets.resolve("kube-controller-manager").toString(),
                "--kubeconfig=" + kubeconfig,
                "--leader-elect=false",
                "--controllers=garbagecollector,namespace,serviceaccount,csrcleaner",
                "--root-ca-file=" + folder.resolve("ca.crt"),
                "--bind-address=127.0.0.1",
                "--secure-port=0",
                "--port=0");
    }

    private List<String> inNamespace(List<String> command) {
        if (networkNamespace.isEmpty()) {
            return command;
        }
        List<String> entered = new ArrayList<>(List.of("nsenter", "--net=" + networkNamespace.get()));
        entered.addAll(command);
        return entered;
    }

    private boolean answersInNamespace(Path kubeconfig) {
        Path own = assets.resolve("kubectl");
        String kubectl = Files.isExecutable(own) ? own.toString() : "kubectl";
        return Shell.attempt(
                        inNamespace(List.of(kubectl, "--kubeconfig=" + kubeconfig, "get", "--raw", "/readyz")),
                        Map.of(),
                        "")
                .ok();
    }

    private static boolean answers(Kubeconfig admin, ServerIdentity identity) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(admin.server() + "/readyz"))
                .header("Authorization", "Bearer " + admin.token())
                .timeout(Duration.ofSeconds(2))
                .build();
        try (HttpClient client = HttpClient.newBuilder()
                .sslContext(identity.context(identity.issueClient("lab-admin", List.of("system:masters"))))
                .build()) {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            // Not listening yet; the caller asks again until its limit.
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
