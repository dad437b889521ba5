package dev.espalier.agent.node;

import dev.espalier.agent.cni.CniWarmUp;
import dev.espalier.agent.kube.FileSource;
import dev.espalier.agent.kube.NodeView;
import dev.espalier.agent.kube.NodeViewSource;
import dev.espalier.agent.policy.PolicyCompiler;
import dev.espalier.linux.netlink.Rtnetlink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Goes through what a start goes through, without changing anything outside: what the JVM loads and links meanwhile becomes the AOT cache
 * (JEP 514) that makes real starts fast. Needs no privilege.
 */
public final class WarmUp {
    private static final String SAMPLE = """
            apiVersion: v1
            kind: Node
            metadata: {name: a}
            spec: {podCIDRs: [10.81.0.0/24]}
            status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}
            ---
            apiVersion: v1
            kind: Node
            metadata: {name: b}
            spec: {podCIDRs: [10.82.0.0/24]}
            status: {addresses: [{type: InternalIP, address: 192.0.2.2}]}
            ---
            apiVersion: ipsec.espalier.dev/v1alpha1
            kind: IPSecPolicy
            metadata: {name: protect-all}
            spec: {action: Protect}
            """;

    private WarmUp() {}

    /** @throws AgentException when a start could not succeed here either */
    public static void run() throws AgentException {
        Agent.selfTest();
        try {
            Path folder = Files.createTempDirectory("espalier-warm-up");
            Path file = folder.resolve("sample.yaml");
            Files.writeString(file, SAMPLE);
            try (FileSource source = new FileSource(folder, "a");
                    Rtnetlink netlink = Rtnetlink.open()) {
                new PolicyCompiler(List.of()).compile(firstView(source)).hash();
                netlink.links().list();
                netlink.addresses().list();
                netlink.rules().list(false);
            } finally {
                Files.deleteIfExists(file);
                Files.deleteIfExists(folder);
            }
            pods();
        } catch (IOException | ExecutionException | TimeoutException e) {
            throw new AgentException("warm-up: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentException("warm-up: interrupted", e);
        }
    }

    private static void pods() throws IOException {
        Path folder = Files.createTempDirectory("espalier-warm-up");
        try {
            CniWarmUp.run(folder);
        } finally {
            Files.deleteIfExists(folder.resolve("pods"));
            Files.deleteIfExists(folder);
        }
    }

    private static NodeView firstView(FileSource source)
            throws ExecutionException, TimeoutException, InterruptedException {
        CompletableFuture<NodeView> view = new CompletableFuture<>();
        source.start(new NodeViewSource.Listener() {
            @Override
            public void viewChanged(NodeView changed) {
                view.complete(changed);
            }

            @Override
            public void problemsChanged(List<String> problems) {
                view.completeExceptionally(new IllegalStateException(problems.toString()));
            }
        });
        return view.get(30, TimeUnit.SECONDS);
    }
}
