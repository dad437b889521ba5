package dev.espalier.agent.cni;

import dev.espalier.cni.CniErrorCode;
import dev.espalier.cni.CniFailure;
import dev.espalier.linux.netlink.InterfaceAddress;
import dev.espalier.linux.netlink.Link;
import dev.espalier.linux.netlink.Route;
import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.linux.netns.NetworkNamespace;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/**
 * CHECK (CNI-08): whether what ADD made is still there. More than that is fine: later plugins of the chain, and the pod itself, may add addresses and routes and
 * change the MTU.
 */
final class WiringCheck {
    private WiringCheck() {}

    /** @throws CniFailure code 102, naming the first thing that is not as it was made */
    static void check(Attachment attachment, NetworkNamespace pod) throws IOException, CniFailure {
        try (Rtnetlink inside = pod.call(Rtnetlink::open);
                Rtnetlink node = Rtnetlink.open()) {
            Link link = link(inside, attachment.ifName(), attachment.podMac().toHex());
            checkInside(inside, link.index(), attachment);
            Link host =
                    link(node, attachment.hostInterface(), attachment.hostMac().toHex());
            checkOutside(node, host.index(), attachment);
        }
    }

    private static void checkInside(Rtnetlink inside, int index, Attachment attachment) throws IOException, CniFailure {
        List<InterfaceAddress> addresses = inside.addresses().list(index);
        for (PodAddress address : attachment.addresses()) {
            if (addresses.stream().noneMatch(a -> a.address().equals(address.address()))) {
                throw altered(attachment.ifName() + " has no address " + address.address());
            }
            List<Route> routes = inside.routes().list(address.address().v6(), Route.TABLE_MAIN);
            for (Route wanted : PodWiring.podRoutes(address, index)) {
                if (routes.stream().noneMatch(r -> same(r, wanted))) {
                    throw altered(
                            "the container has no route to " + wanted.destination() + " by " + attachment.ifName());
                }
            }
        }
    }

    private static void checkOutside(Rtnetlink node, int index, Attachment attachment) throws IOException, CniFailure {
        String host = attachment.hostInterface();
        for (PodAddress address : attachment.addresses()) {
            boolean v6 = address.address().v6();
            Route wanted = PodWiring.hostRoute(address.address(), index);
            if (node.routes().list(v6, PodWiring.PODS_TABLE).stream().noneMatch(r -> same(r, wanted))) {
                throw altered(
                        "table " + PodWiring.PODS_TABLE + " has no route to " + address.address() + " by " + host);
            }
            if (node.rules().list(v6).stream().noneMatch(PodWiring.rule(v6, host)::equals)) {
                throw altered("there is no " + (v6 ? "IPv6" : "IPv4") + " rule for what comes in by " + host);
            }
        }
    }

    private static Link link(Rtnetlink netlink, String name, String mac) throws IOException, CniFailure {
        Link link = netlink.links().find(name).orElseThrow(() -> altered("the interface " + name + " is gone"));
        if (!link.up()) {
            throw altered("the interface " + name + " is down");
        }
        if (!link.hardwareAddress().toHex().equals(mac)) {
            throw altered("the interface " + name + " has another hardware address");
        }
        return link;
    }

    private static boolean same(Route actual, Route wanted) {
        return actual.type().equals(wanted.type())
                && actual.destination().equals(wanted.destination())
                && actual.interfaceIndex() == wanted.interfaceIndex()
                && Objects.equals(actual.gateway(), wanted.gateway());
    }

    private static CniFailure altered(String what) {
        return new CniFailure(CniErrorCode.CHECK_FAILED, what);
    }
}
