package dev.espalier.agent.cni;

import dev.espalier.cni.CniErrorCode;
import dev.espalier.cni.CniFailure;
import dev.espalier.cni.CniReply;
import dev.espalier.cni.CniRequest;
import dev.espalier.cni.CniVersions;
import dev.espalier.cni.PendingDeletions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/** The operations of CNI 1.1 as a function from requests to replies; every failure is a reply, none an exception. Thread-safe. */
final class CniPlugin {
    private static final Logger LOG = Logger.getLogger(CniPlugin.class);
    /** How long an ADD waits for the node to become ready (CNI-12). */
    private static final Duration READY_WITHIN = Duration.ofSeconds(2);

    private static final Duration READY_POLL = Duration.ofMillis(50);

    private final NodeState node;
    private final PodNetwork pods;
    private final PendingDeletions pending;
    private final LongSupplier nanoTime;
    private final ReentrantLock finishing = new ReentrantLock();

    CniPlugin(NodeState node, PodNetwork pods, PendingDeletions pending, LongSupplier nanoTime) {
        this.node = node;
        this.pods = pods;
        this.pending = pending;
        this.nanoTime = nanoTime;
    }

    CniReply handle(CniRequest request) {
        String version = CniVersions.LATEST;
        try {
            request.validate();
            NetworkConfig config = NetworkConfigReader.read(request.config());
            version = config.cniVersion();
            CniVersions.requireOperation(request.command(), version);
            String output = perform(request, config);
            LOG.debugf("%s %s %s", request.command(), request.containerId(), request.ifName());
            return new CniReply(0, output);
        } catch (CniFailure e) {
            log(request, e);
            return e.toReply(version);
        } catch (IOException e) {
            CniFailure failure = new CniFailure(
                    CniErrorCode.WIRING_FAILED, request.command() + " failed: " + e.getMessage(), suppressed(e));
            log(request, failure);
            return failure.toReply(version);
        } catch (RuntimeException e) {
            LOG.errorf(e, "CNI %s %s", request.command(), request.containerId());
            return new CniFailure(CniErrorCode.WIRING_FAILED, "a bug of the agent: " + e).toReply(version);
        }
    }

    /** Finishes the DELs that came while the agent was away; one that fails stays for the next time. */
    void finishPending() {
        // One at a time: a list read before another thread finished its DELs would undo an ADD that came since.
        finishing.lock();
        try {
            for (CniRequest deletion : pending.list()) {
                try {
                    deletion.validate();
                    delete(deletion);
                    LOG.infof("finished the DEL of %s", deletion.containerId());
                } catch (CniFailure | IOException e) {
                    LOG.warnf("the remembered DEL of %s: %s", deletion.containerId(), e.getMessage());
                }
            }
        } catch (IOException e) {
            LOG.warnf("remembered DELs: %s", e.getMessage());
        } finally {
            finishing.unlock();
        }
    }

    private String perform(CniRequest request, NetworkConfig config) throws CniFailure, IOException {
        return switch (request.command()) {
            case CniRequest.ADD -> add(request, config);
            case CniRequest.DEL -> delete(request);
            case CniRequest.CHECK -> check(request, config);
            case CniRequest.GC -> collectGarbage(config);
            case CniRequest.STATUS -> status();
            default -> throw new CniFailure(CniErrorCode.INVALID_ENVIRONMENT, "CNI_COMMAND is not for the agent");
        };
    }

    private String add(CniRequest request, NetworkConfig config) throws CniFailure, IOException {
        requireMode(config);
        if (!config.chained() && config.hasPrevResult()) {
            throw new CniFailure(
                    CniErrorCode.INVALID_CONFIGURATION,
                    "prevResult: this plugin makes the interface and has to be the first of its list");
        }
        awaitReady();
        if (config.chained()) {
            return ChainedPod.passOn(config, node);
        }
        // One that the same container was detached with must not come after the new interface is there.
        if (pending.remembers(request)) {
            finishPending();
        }
        int inner = node.innerMtu();
        if (config.mtu() > inner) {
            throw new CniFailure(
                    CniErrorCode.INVALID_CONFIGURATION,
                    "mtu " + config.mtu() + " is more than the " + inner + " that the tunnel carries");
        }
        int mtu = config.mtu() == 0 ? inner : config.mtu();
        Attachment attachment = pods.attach(request, config, mtu, node.podCidrs());
        LOG.infof(
                "attached %s/%s (%s) as %s",
                attachment.podNamespace(),
                attachment.podName(),
                attachment.key(),
                attachment.addresses().stream().map(a -> a.address().toString()).toList());
        return AddResult.of(attachment, config);
    }

    private String delete(CniRequest request) throws IOException {
        pods.detach(request.containerId(), request.ifName());
        pending.forget(request);
        return "";
    }

    private String check(CniRequest request, NetworkConfig config) throws CniFailure, IOException {
        if (!config.hasPrevResult()) {
            throw new CniFailure(CniErrorCode.INVALID_CONFIGURATION, "prevResult is missing; CHECK needs that of ADD");
        }
        requireMode(config);
        if (config.chained()) {
            ChainedPod.check(config, node);
        } else {
            pods.check(request);
        }
        return "";
    }

    private String collectGarbage(NetworkConfig config) throws CniFailure, IOException {
        if (config.validAttachments() == null) {
            throw new CniFailure(
                    CniErrorCode.INVALID_CONFIGURATION,
                    "cni.dev/valid-attachments is missing; GC would remove all pods");
        }
        List<String> problems = pods.collectGarbage(config.name(), config.validAttachments());
        if (!problems.isEmpty()) {
            throw new CniFailure(
                    CniErrorCode.WIRING_FAILED, "GC left " + problems.size() + " behind", String.join("; ", problems));
        }
        return "";
    }

    private String status() throws CniFailure {
        if (node.readiness() instanceof Readiness.NotReady(String reason, boolean existingPodsSuffer)) {
            throw new CniFailure(
                    existingPodsSuffer ? CniErrorCode.LIMITED_CONNECTIVITY : CniErrorCode.NOT_AVAILABLE,
                    "the node is not ready: " + reason);
        }
        if (!node.chained() && !pods.hasRoom(node.podCidrs())) {
            throw new CniFailure(
                    CniErrorCode.NOT_AVAILABLE,
                    node.podCidrs().isEmpty() ? "this node has no pod CIDR yet" : "all pod addresses are in use");
        }
        return "";
    }

    // Routes and packet filter of a mode are made for the whole node, when the agent starts.
    private void requireMode(NetworkConfig config) throws CniFailure {
        if (config.chained() != node.chained()) {
            throw new CniFailure(
                    CniErrorCode.INVALID_CONFIGURATION,
                    "mode is \"" + (config.chained() ? "chained" : "main") + "\", but the agent is set to \""
                            + (node.chained() ? "chained" : "main") + "\" (ESPALIER_CNI_MODE)");
        }
    }

    private void awaitReady() throws CniFailure {
        long deadline = nanoTime.getAsLong() + READY_WITHIN.toNanos();
        while (node.readiness() instanceof Readiness.NotReady notReady) {
            if (nanoTime.getAsLong() - deadline >= 0) {
                throw new CniFailure(CniErrorCode.TRY_AGAIN_LATER, "the node is not ready: " + notReady.reason());
            }
            LockSupport.parkNanos(READY_POLL.toNanos());
        }
    }

    private static String suppressed(Throwable e) {
        StringBuilder text = new StringBuilder();
        for (Throwable other : e.getSuppressed()) {
            text.append(text.isEmpty() ? "not undone: " : "; ").append(other.getMessage());
        }
        return text.toString();
    }

    private static void log(CniRequest request, CniFailure failure) {
        LOG.infof(
                "%s %s: error %d, %s %s",
                request.command(), request.containerId(), failure.code(), failure.getMessage(), failure.details());
    }
}
