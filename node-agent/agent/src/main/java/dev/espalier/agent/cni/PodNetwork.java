package dev.espalier.agent.cni;

import dev.espalier.cni.CniErrorCode;
import dev.espalier.cni.CniFailure;
import dev.espalier.cni.CniRequest;
import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.netns.NetworkNamespace;
import dev.espalier.wire.ip.IpAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Attaches containers and detaches them: addresses, what is remembered on disk, and the kernel, in an order that leaves nothing behind wherever it is cut short.
 *
 * <pre>
 *   attach   address taken -> written as incomplete -> kernel -> written as complete       (any failure: back in reverse order)
 *   detach   kernel -> address given back -> file removed                                  (again from the start after a crash)
 * </pre>
 *
 * Thread-safe; one container never waits for another.
 */
final class PodNetwork {
    private static final Logger LOG = Logger.getLogger(PodNetwork.class);

    private final AttachmentStore store;
    private final PodWiring wiring;
    private final AddressPool pool = new AddressPool();
    private final KeyedLocks locks = new KeyedLocks();

    PodNetwork(AttachmentStore store, PodWiring wiring) {
        this.store = store;
        this.wiring = wiring;
    }

    /**
     * ADD. What it is given has been validated.
     *
     * @throws CniFailure with nothing changed; code 3 or 4 for the namespace, 11 for addresses, 101 when the interface exists
     * @throws IOException with nothing changed, when disk or kernel refuse
     */
    Attachment attach(CniRequest request, NetworkConfig config, int mtu, List<PodCidr> ranges)
            throws IOException, CniFailure {
        Map<String, String> args = NetworkConfigReader.readArgs(request.args());
        try (KeyedLocks.Held _ = locks.lock(Attachment.key(request));
                NetworkNamespace pod = namespace(request.netns())) {
            removeLeftover(request, pod);
            Undo undo = new Undo();
            try {
                List<PodAddress> addresses = pool.allocate(ranges);
                undo.onFailure(() -> addresses.forEach(a -> pool.release(a.address())));
                Attachment attachment = new Attachment(
                        false,
                        config.name(),
                        request.containerId(),
                        request.ifName(),
                        request.netns(),
                        args.getOrDefault("K8S_POD_NAMESPACE", ""),
                        args.getOrDefault("K8S_POD_NAME", ""),
                        mtu,
                        addresses);
                undo.onFailure(() -> store.remove(attachment.key()));
                store.save(attachment);
                wiring.connect(attachment, pod, undo);
                store.save(attachment.completed());
                return attachment.completed();
            } catch (IOException | CniFailure | RuntimeException e) {
                undo.run(e);
                throw e;
            }
        }
    }

    /** DEL: whatever of it there is (CNI-06). */
    void detach(String containerId, String ifName) throws IOException {
        String key = Attachment.key(containerId, ifName);
        try (KeyedLocks.Held _ = locks.lock(key)) {
            detachLocked(key);
        }
    }

    /**
     * CHECK.
     *
     * @throws CniFailure code 3 for what is not attached, 102 for what was altered
     */
    void check(CniRequest request) throws IOException, CniFailure {
        String key = Attachment.key(request);
        try (KeyedLocks.Held _ = locks.lock(key);
                NetworkNamespace pod = namespace(request.netns())) {
            Attachment attachment = store.find(key)
                    .filter(Attachment::complete)
                    .orElseThrow(() -> new CniFailure(
                            CniErrorCode.UNKNOWN_CONTAINER,
                            "the container " + request.containerId() + " has no interface " + request.ifName()
                                    + " of this plugin"));
            WiringCheck.check(attachment, pod);
        }
    }

    /**
     * GC: detaches everything of {@code network} that is not to be kept; goes on after an error (CNI-09).
     *
     * @param keep keys of attachments
     * @return what went wrong, empty when nothing
     */
    List<String> collectGarbage(String network, Set<String> keep) throws IOException {
        List<String> problems = new ArrayList<>();
        // Interfaces before files: an ADD that is under way has its file first, and so keeps its interface.
        List<String> interfaces = wiring.hostInterfaces(network);
        List<Attachment> attachments = store.list();
        for (Attachment attachment : attachments) {
            if (attachment.complete() && attachment.network().equals(network) && !keep.contains(attachment.key())) {
                attempt(problems, attachment.key(), () -> detach(attachment.containerId(), attachment.ifName()));
            }
        }
        Set<String> known = keep.stream().map(Attachment::hostInterface).collect(Collectors.toSet());
        attachments.forEach(attachment -> known.add(attachment.hostInterface()));
        for (String name : interfaces) {
            if (!known.contains(name)) {
                attempt(problems, name, () -> removeUnknown(name));
            }
        }
        return problems;
    }

    /** Whether there are addresses for one more pod. */
    boolean hasRoom(List<PodCidr> ranges) {
        return pool.hasRoom(ranges);
    }

    /**
     * After a start: undoes what a crash cut short, forgets pods that are gone, takes the addresses of the others and makes their rules and routes right.
     *
     * @throws IOException when the state on disk cannot be read: giving out addresses would be unsafe
     */
    void recover() throws IOException {
        store.removeUnfinished();
        List<Attachment> connected = new ArrayList<>();
        for (Attachment attachment : store.list()) {
            try {
                if (attachment.complete() && wiring.isConnected(attachment)) {
                    connected.add(attachment);
                } else {
                    LOG.infof("removing what is left of %s", attachment.key());
                    detachLocked(attachment.key());
                }
            } catch (IOException e) {
                // Its addresses stay taken; a DEL or GC will come back to it.
                attachment.addresses().forEach(a -> pool.reserve(a.address()));
                LOG.warnf("attachment %s: %s", attachment.key(), e.getMessage());
            }
        }
        // Last: an address of what is there must not be given back with what is not.
        for (Attachment attachment : connected) {
            attachment.addresses().forEach(a -> pool.reserve(a.address()));
            try {
                wiring.repair(attachment);
            } catch (IOException e) {
                LOG.warnf("attachment %s: %s", attachment.key(), e.getMessage());
            }
        }
        wiring.routedAddresses().forEach((address, name) -> {
            if (pool.reserve(address)) {
                LOG.warnf("%s is in use by %s, of which no state is left; a DEL or GC frees it", address, name);
            }
        });
        wiring.removeStaleRules();
        LOG.infof("%d pods are attached", connected.size());
    }

    /** Makes rules, routes and neighbours of all attached pods right, after somebody else changed the kernel's. */
    void repair() throws IOException {
        for (Attachment listed : store.list()) {
            try (KeyedLocks.Held _ = locks.lock(listed.key())) {
                Optional<Attachment> attachment = store.find(listed.key()).filter(Attachment::complete);
                if (attachment.isPresent() && wiring.isConnected(attachment.get())) {
                    wiring.repair(attachment.get());
                }
            } catch (IOException e) {
                LOG.warnf("attachment %s: %s", listed.key(), e.getMessage());
            }
        }
    }

    // The same container again: an interface that is there is an error; a file without one is what a crash or a lost
    // namespace left. Of an interface that others made, the kernel says so when ours is to be made.
    private void removeLeftover(CniRequest request, NetworkNamespace pod) throws IOException, CniFailure {
        String key = Attachment.key(request);
        if (store.find(key).isPresent()) {
            if (PodWiring.exists(pod, request.ifName())) {
                throw PodWiring.interfaceExists(request.containerId(), request.ifName());
            }
            detachLocked(key);
        }
    }

    private void detachLocked(String key) throws IOException {
        Optional<Attachment> attachment = store.find(key);
        String host = Attachment.hostInterface(key);
        if (attachment.isPresent()) {
            wiring.disconnect(host);
            attachment.get().addresses().forEach(a -> pool.release(a.address()));
        } else {
            removeUnknown(host);
        }
        store.remove(key);
    }

    private void removeUnknown(String hostInterface) throws IOException {
        List<IpAddress> addresses = wiring.routedAddresses().entrySet().stream()
                .filter(routed -> routed.getValue().equals(hostInterface))
                .map(Map.Entry::getKey)
                .toList();
        wiring.disconnect(hostInterface);
        addresses.forEach(pool::release);
    }

    private static void attempt(List<String> problems, String what, Undo.Step step) {
        try {
            step.run();
        } catch (IOException e) {
            problems.add(what + ": " + e.getMessage());
        }
    }

    private static NetworkNamespace namespace(String path) throws IOException, CniFailure {
        NetworkNamespace namespace;
        try {
            namespace = NetworkNamespace.open(Path.of(path));
        } catch (ErrnoException e) {
            boolean gone = e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR;
            throw new CniFailure(
                    gone ? CniErrorCode.UNKNOWN_CONTAINER : CniErrorCode.INVALID_ENVIRONMENT,
                    "CNI_NETNS " + path + " is no network namespace: " + Errno.name(e.errno()));
        }
        try (NetworkNamespace own = NetworkNamespace.current()) {
            if (!namespace.isSameAs(own)) {
                return namespace;
            }
        } catch (IOException e) {
            namespace.close();
            throw e;
        }
        namespace.close();
        throw new CniFailure(CniErrorCode.INVALID_ENVIRONMENT, "CNI_NETNS " + path + " is the node's own namespace");
    }
}
