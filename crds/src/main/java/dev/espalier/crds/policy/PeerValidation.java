package dev.espalier.crds.policy;

import dev.espalier.crds.v1alpha1.IPSecPeerSpec;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Checks of an IPSecPeer that a schema cannot make. */
public final class PeerValidation {
    private PeerValidation() {}

    /** What is wrong; empty when nothing is. */
    public static List<Finding> validate(IPSecPeerSpec spec) {
        List<Finding> findings = new ArrayList<>();
        if (spec.addresses().isEmpty()) {
            findings.add(Finding.invalid("spec.addresses", "at least one address is needed"));
        }
        for (int i = 0; i < spec.addresses().size(); i++) {
            if (addressBits(spec.addresses().get(i)) == 0) {
                findings.add(Finding.invalid(
                        "spec.addresses[" + i + "]", "'" + spec.addresses().get(i) + "' is no IP address"));
            }
        }
        if (spec.identity().isBlank()) {
            findings.add(Finding.invalid("spec.identity", "the peer's IKE identity is needed"));
        }
        if (spec.cidrs().isEmpty()) {
            findings.add(Finding.invalid("spec.cidrs", "at least one network is needed"));
        }
        for (int i = 0; i < spec.cidrs().size(); i++) {
            if (!isNetwork(spec.cidrs().get(i))) {
                findings.add(Finding.invalid(
                        "spec.cidrs[" + i + "]",
                        "'" + spec.cidrs().get(i) + "' is no network; write it as in 10.9.0.0/16, without host bits"));
            }
        }
        return List.copyOf(findings);
    }

    private static boolean isNetwork(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("0|[1-9][0-9]{0,2}")) {
            return false;
        }
        int bits = addressBits(text.substring(0, slash));
        int length = Integer.parseInt(text.substring(slash + 1));
        if (bits == 0 || length > bits) {
            return false;
        }
        byte[] address = InetAddress.ofLiteral(text.substring(0, slash)).getAddress();
        for (int bit = length; bit < bits; bit++) {
            if ((address[bit / 8] & (0x80 >> (bit % 8))) != 0) {
                return false;
            }
        }
        return true;
    }

    /** 32, 128, or 0 for what is no address. */
    private static int addressBits(String text) {
        // Without this, zone names and the odd short forms of IPv4 would pass.
        if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            return 0;
        }
        try {
            return InetAddress.ofLiteral(text).getAddress().length * 8;
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }
}
