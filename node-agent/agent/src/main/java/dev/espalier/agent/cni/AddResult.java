package dev.espalier.agent.cni;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cni.CniVersions;
import dev.espalier.linux.netlink.Scope;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;

/**
 * The answer to ADD in the shape of the configuration's version (CNI-01): before 1.0.0 each address carries its IP version; from 1.1.0 interfaces have their MTU
 * and routes their scope.
 */
final class AddResult {
    private static final int POD_INTERFACE = 1;

    private AddResult() {}

    static String of(Attachment attachment, NetworkConfig config) {
        String version = config.cniVersion();
        boolean detailed = CniVersions.atLeast(version, "1.1.0");
        ObjectNode result = JsonNodeFactory.instance.objectNode().put("cniVersion", version);

        ArrayNode interfaces = result.putArray("interfaces");
        ObjectNode host =
                interfaces.addObject().put("name", attachment.hostInterface()).put("mac", mac(attachment.hostMac()));
        ObjectNode pod = interfaces
                .addObject()
                .put("name", attachment.ifName())
                .put("mac", mac(attachment.podMac()))
                .put("sandbox", attachment.netns());
        if (detailed) {
            host.put("mtu", attachment.mtu());
            pod.put("mtu", attachment.mtu());
        }

        ArrayNode ips = result.putArray("ips");
        ArrayNode routes = result.putArray("routes");
        for (PodAddress address : attachment.addresses()) {
            boolean v6 = address.address().v6();
            ObjectNode ip = ips.addObject();
            if (!CniVersions.atLeast(version, "1.0.0")) {
                ip.put("version", v6 ? "6" : "4");
            }
            ip.put("interface", POD_INTERFACE)
                    .put("address", Prefix.host(address.address()).toString())
                    .put("gateway", address.gateway().toString());
            ObjectNode toGateway =
                    routes.addObject().put("dst", Prefix.host(address.gateway()).toString());
            if (detailed) {
                toGateway.put("scope", Scope.LINK.value());
            }
            routes.addObject()
                    .put("dst", new Prefix(v6 ? IpAddress.ANY_V6 : IpAddress.ANY_V4, 0).toString())
                    .put("gw", address.gateway().toString());
        }
        if (config.dns() != null) {
            result.set("dns", config.dns());
        } else {
            result.putObject("dns");
        }
        return result.toString();
    }

    static String mac(Octets address) {
        StringBuilder text = new StringBuilder(17);
        for (int i = 0; i < address.length(); i++) {
            text.append(i == 0 ? "" : ":")
                    .append(Character.forDigit(address.get(i) >> 4, 16))
                    .append(Character.forDigit(address.get(i) & 15, 16));
        }
        return text.toString();
    }
}
