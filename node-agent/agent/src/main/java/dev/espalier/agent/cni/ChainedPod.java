package dev.espalier.agent.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cni.CniErrorCode;
import dev.espalier.cni.CniFailure;
import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.linux.netlink.Rule;
import dev.espalier.wire.ip.IpAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A pod that another plugin wires. What protects it is there before it, for the whole node: rule 77, table 7701 and the packet filter. So ADD changes nothing; it
 * says no while the node does not protect, or when the pod's address is one of another node's.
 */
final class ChainedPod {
    private static final int REMOTE_TABLE = 7701;
    private static final int REMOTE_RULE_PRIORITY = 77;

    private ChainedPod() {}

    /** The result of the plugins before, as it came. */
    static String passOn(NetworkConfig config, NodeState node) throws CniFailure {
        requireOwn(addresses(config), node);
        ObjectNode result = required(config).deepCopy();
        return result.put("cniVersion", config.cniVersion()).toString();
    }

    /**
     * CHECK: that the node still protects this pod.
     *
     * @throws CniFailure code 102, saying what is missing
     */
    static void check(NetworkConfig config, NodeState node) throws CniFailure, IOException {
        List<IpAddress> addresses = addresses(config);
        requireOwn(addresses, node);
        if (node.readiness() instanceof Readiness.NotReady(String reason, boolean _)) {
            throw new CniFailure(CniErrorCode.CHECK_FAILED, "the node is not ready: " + reason);
        }
        try (Rtnetlink netlink = Rtnetlink.open()) {
            for (boolean v6 : new boolean[] {false, true}) {
                if (addresses.stream().anyMatch(a -> a.v6() == v6)
                        && netlink.rules().list(v6).stream().noneMatch(ChainedPod::leadsToUs)) {
                    throw new CniFailure(
                            CniErrorCode.CHECK_FAILED,
                            "there is no " + (v6 ? "IPv6" : "IPv4") + " rule that leads to table " + REMOTE_TABLE);
                }
            }
        }
    }

    private static boolean leadsToUs(Rule rule) {
        return rule.priority() == REMOTE_RULE_PRIORITY && rule.table() == REMOTE_TABLE;
    }

    private static JsonNode required(NetworkConfig config) throws CniFailure {
        JsonNode result = config.prevResult();
        if (result == null) {
            throw new CniFailure(
                    CniErrorCode.INVALID_CONFIGURATION,
                    "prevResult is missing: in chained mode another plugin has to come before this one");
        }
        return result;
    }

    private static List<IpAddress> addresses(NetworkConfig config) throws CniFailure {
        List<IpAddress> addresses = new ArrayList<>();
        for (JsonNode ip : required(config).path("ips")) {
            String text = ip.path("address").asText("");
            int slash = text.indexOf('/');
            try {
                addresses.add(IpAddress.parse(slash < 0 ? text : text.substring(0, slash)));
            } catch (IllegalArgumentException e) {
                throw new CniFailure(CniErrorCode.INVALID_CONFIGURATION, "prevResult: ips has no address in " + ip);
            }
        }
        if (addresses.isEmpty()) {
            throw new CniFailure(CniErrorCode.INVALID_CONFIGURATION, "prevResult has no ips: nothing to protect");
        }
        return addresses;
    }

    private static void requireOwn(List<IpAddress> addresses, NodeState node) throws CniFailure {
        for (IpAddress address : addresses) {
            if (node.remotePods().stream().anyMatch(prefix -> prefix.contains(address))) {
                throw new CniFailure(
                        CniErrorCode.INVALID_CONFIGURATION,
                        "prevResult: " + address + " is an address of another node's pods");
            }
        }
    }
}
