package dev.espalier.agent.reconcile;

import dev.espalier.linux.netns.Sysctl;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.logging.Logger;

/**
 * The kernel switches that routing between pods needs, below {@code net} of this process's network namespace. Written only
 * where they differ. What cannot be written (a read-only mount) is logged once and left to whoever runs the host.
 */
final class Sysctls {
    private static final Logger LOG = Logger.getLogger(Sysctls.class);

    private static final String NET = "net/";

    private final Set<String> refused = new TreeSet<>();

    /**
     * Before the device is up: no addresses of the kernel's own making, no router solicitations into the tunnel, strict reverse path. ICMP
     * errors about packets that went into the device come out of it from the node's own gateway address, hence accept_local.
     */
    void prepareTun(String tun) {
        set("ipv6/conf/" + tun + "/disable_ipv6", "0");
        set("ipv6/conf/" + tun + "/addr_gen_mode", "1");
        set("ipv6/conf/" + tun + "/accept_ra", "0");
        set("ipv4/conf/" + tun + "/rp_filter", "1");
        set("ipv4/conf/" + tun + "/accept_local", "1");
    }

    /**
     * Forwarding for both families. A host that learns its IPv6 routes from router advertisements goes on doing so.
     *
     * @param interfaces all there are
     */
    void enableForwarding(List<String> interfaces) {
        set("ipv4/ip_forward", "1");
        if (!"1".equals(read("ipv6/conf/all/forwarding"))) {
            // Forwarding makes the kernel ignore router advertisements unless an interface says 2.
            for (String name : interfaces) {
                if ("1".equals(read("ipv6/conf/" + name + "/accept_ra"))) {
                    set("ipv6/conf/" + name + "/accept_ra", "2");
                }
            }
            set("ipv6/conf/all/forwarding", "1");
        }
    }

    /** A packet that claims a pod's address as its source is refused on an uplink (TUN-01). */
    void strictReversePath(List<String> uplinks) {
        uplinks.forEach(uplink -> set("ipv4/conf/" + uplink + "/rp_filter", "1"));
    }

    private void set(String name, String value) {
        String key = NET + name;
        // A kernel without the family has no such switch, and needs none.
        if (!Sysctl.exists(key) || value.equals(read(name))) {
            return;
        }
        try {
            Sysctl.set(key, value);
        } catch (IOException e) {
            if (refused.add(name)) {
                LOG.warn(e.getMessage());
            }
        }
    }

    private static String read(String name) {
        try {
            return Sysctl.get(NET + name);
        } catch (IOException e) {
            LOG.debugf("sysctl %s: %s", name, e.getMessage());
            return "";
        }
    }
}
