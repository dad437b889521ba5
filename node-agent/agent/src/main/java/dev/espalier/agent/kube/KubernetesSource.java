package dev.espalier.agent.kube;

import dev.espalier.crds.policy.Finding;
import dev.espalier.crds.policy.PeerValidation;
import dev.espalier.crds.policy.PolicySet;
import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.crds.v1alpha1.IPSecPeer;
import dev.espalier.crds.v1alpha1.IPSecPolicy;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Views from the Kubernetes API: {@code IPSecNode}s (whose spec only the operator writes) and {@code IPSecPolicy}s, by list and watch. A
 * view is made once everything has been listed in full; from then on an API that is away, slow or incomplete changes nothing: what was
 * seen last stays (OPR-06, F-05), and only an object that the API says is deleted is gone.
 */
public final class KubernetesSource implements NodeViewSource {
    private static final Logger LOG = Logger.getLogger(KubernetesSource.class);
    private static final long SETTLE_MILLIS = 50;
    private static final long CHECK_SECONDS = 5;

    private final String nodeName;
    private final WatchedKind<IPSecNode> nodes;
    private final WatchedKind<IPSecPolicy> policies;
    private final WatchedKind<IPSecPeer> peers;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("kubernetes source").unstarted(task));
    private final AtomicBoolean pending = new AtomicBoolean();
    private @Nullable NodeView last;
    private List<String> lastProblems = List.of();
    private List<String> atLastCheck = List.of();
    private List<String> logged = List.of();

    public KubernetesSource(KubernetesClient client, String nodeName) {
        this.nodeName = nodeName;
        this.nodes = new WatchedKind<>("IPSecNode", () -> client.resources(IPSecNode.class));
        this.policies = new WatchedKind<>("IPSecPolicy", () -> client.resources(IPSecPolicy.class));
        this.peers = new WatchedKind<>("IPSecPeer", () -> client.resources(IPSecPeer.class));
    }

    @Override
    public void start(Listener listener) {
        Runnable changed = () -> schedule(listener);
        nodes.start(changed);
        policies.start(changed);
        peers.start(changed);
        // What a handler misses, and watches that ended for good, is found by looking again.
        var _ = executor.scheduleWithFixedDelay(
                () -> {
                    look(listener);
                    logWhatLasts();
                },
                CHECK_SECONDS,
                CHECK_SECONDS,
                TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        executor.shutdownNow();
        try {
            if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("the Kubernetes source is still busy");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        nodes.close();
        policies.close();
        peers.close();
    }

    /** This node's own object as seen last. */
    public Optional<IPSecNode> ownNode() {
        return nodes.objects().stream()
                .filter(n -> n.getMetadata().getName().equals(nodeName))
                .findFirst();
    }

    private void schedule(Listener listener) {
        if (pending.compareAndSet(false, true)) {
            try {
                var _ = executor.schedule(
                        () -> {
                            pending.set(false);
                            look(listener);
                        },
                        SETTLE_MILLIS,
                        TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("ending, a change comes too late");
            }
        }
    }

    /** Watches break and come back all the time; a line is due for what is the same at two checks in a row, once. */
    private void logWhatLasts() {
        if (lastProblems.equals(atLastCheck) && !lastProblems.equals(logged)) {
            lastProblems.forEach(p -> LOG.warnf(
                    "%s (%s)", p, last == null ? "nothing is in force yet" : "what was seen last stays in force"));
            if (lastProblems.isEmpty()) {
                LOG.info("the API can be watched again");
            }
            logged = lastProblems;
        }
        atLastCheck = lastProblems;
    }

    private void look(Listener listener) {
        try {
            List<String> problems = new ArrayList<>();
            nodes.keepAlive(problems);
            policies.keepAlive(problems);
            peers.keepAlive(problems);
            if (nodes.isComplete() && policies.isComplete() && peers.isComplete()) {
                NodeView view = view(problems);
                if (view != null && !view.equals(last)) {
                    last = view;
                    listener.viewChanged(view);
                }
            }
            if (!problems.equals(lastProblems)) {
                lastProblems = problems;
                listener.problemsChanged(problems);
            }
        } catch (RuntimeException e) {
            LOG.error("looking at the API's objects", e);
        }
    }

    private @Nullable NodeView view(List<String> problems) {
        List<NodeEntry> entries = new ArrayList<>();
        NodeEntry own = null;
        for (IPSecNode node : nodes.objects()) {
            NodeEntry entry = entry(node, problems);
            boolean isOwn = node.getMetadata().getName().equals(nodeName);
            if (entry != null && isOwn) {
                own = entry;
            } else if (entry != null) {
                entries.add(entry);
            }
        }
        if (own == null) {
            problems.add("there is no IPSecNode '" + nodeName
                    + "' with pod CIDRs and addresses yet; does the operator run?");
            return null;
        }
        entries.sort(Comparator.comparing(NodeEntry::name));
        return new NodeView(own, entries, PolicySet.of(policies.objects()), externalPeers(problems));
    }

    private List<ExternalPeer> externalPeers(List<String> problems) {
        List<ExternalPeer> wellFormed = new ArrayList<>();
        for (IPSecPeer peer : peers.objects()) {
            String name = peer.getMetadata().getName();
            List<Finding> findings = peer.getSpec() == null ? List.of() : PeerValidation.validate(peer.getSpec());
            if (peer.getSpec() != null && findings.isEmpty()) {
                wellFormed.add(new ExternalPeer(name, peer.getSpec()));
            } else {
                problems.add("IPSecPeer '" + name + "': "
                        + (peer.getSpec() == null
                                ? "has no spec"
                                : findings.stream().map(Finding::toString).collect(Collectors.joining("; ")))
                        + "; left out");
            }
        }
        wellFormed.sort(Comparator.comparing(ExternalPeer::name));
        return wellFormed;
    }

    /** Null for a node that cannot be reached yet, or whose object is malformed, which is a problem. */
    private static @Nullable NodeEntry entry(IPSecNode node, List<String> problems) {
        String name = node.getMetadata().getName();
        if (node.getSpec() == null
                || node.getSpec().podCIDRs().isEmpty()
                || node.getSpec().addresses().isEmpty()) {
            return null;
        }
        if (!node.getSpec().nodeName().equals(name)) {
            problems.add("IPSecNode '" + name + "': spec.nodeName is '"
                    + node.getSpec().nodeName() + "'; left out");
            return null;
        }
        try {
            return new NodeEntry(
                    name,
                    node.getSpec().podCIDRs().stream().map(Prefix::parse).toList(),
                    node.getSpec().addresses().stream().map(IpAddress::parse).toList(),
                    node.getSpec().extraAddresses().stream().map(Prefix::parse).toList());
        } catch (IllegalArgumentException e) {
            problems.add("IPSecNode '" + name + "': " + e.getMessage() + "; left out");
            return null;
        }
    }
}
