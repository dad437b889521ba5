package dev.espalier.agent.cni;

import dev.espalier.cni.CniRequest;
import dev.espalier.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * A container's interface in our network, as kept on disk from before the first change to the kernel until after the last.
 *
 * @param complete whether ADD was carried through; what is not complete after a restart is undone (CNI-05)
 * @param network name of the network configuration
 * @param netns path of the container's namespace
 * @param podNamespace Kubernetes namespace, may be empty
 * @param podName Kubernetes name, may be empty
 * @param mtu of both ends
 */
record Attachment(
        boolean complete,
        String network,
        String containerId,
        String ifName,
        String netns,
        String podNamespace,
        String podName,
        int mtu,
        List<PodAddress> addresses) {
    private static final int NAME_DIGITS = 11;
    private static final int LOCALLY_ADMINISTERED = 0x02;

    Attachment {
        addresses = List.copyOf(addresses);
    }

    /** What one container's interface is known by. Neither part holds a '@' before the first. */
    static String key(String containerId, String ifName) {
        return containerId + "@" + ifName;
    }

    static String key(CniRequest request) {
        return key(request.containerId(), request.ifName());
    }

    String key() {
        return key(containerId, ifName);
    }

    /** The node's end of the pair. Derived, so that a DEL finds it without anything remembered. */
    static String hostInterface(String key) {
        return "esp" + digest(key).toHex().substring(0, NAME_DIGITS);
    }

    String hostInterface() {
        return hostInterface(key());
    }

    Octets hostMac() {
        return mac(8);
    }

    Octets podMac() {
        return mac(16);
    }

    /** For people who look at {@code ip link}, and for GC to tell networks apart. At most 255 octets. */
    String alias() {
        return aliasPrefix(network) + containerId;
    }

    static String aliasPrefix(String network) {
        return "espalier " + network + " ";
    }

    boolean v6() {
        return addresses.stream().anyMatch(a -> a.address().v6());
    }

    boolean v4() {
        return addresses.stream().anyMatch(a -> !a.address().v6());
    }

    Attachment completed() {
        return new Attachment(true, network, containerId, ifName, netns, podNamespace, podName, mtu, addresses);
    }

    private Octets mac(int offset) {
        byte[] mac = digest(key()).slice(offset, 6).toArray();
        mac[0] = (byte) (mac[0] & 0xfc | LOCALLY_ADMINISTERED);
        return Octets.wrap(mac);
    }

    private static Octets digest(String key) {
        try {
            return Octets.wrap(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
