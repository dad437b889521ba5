package dev.espalier.crds.policy;

import dev.espalier.crds.v1alpha1.IPSecPeerSpec;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec.AuthenticationMethod;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec.LocalAuthentication;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec.RemoteAuthentication;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
        local(spec.authentication().local(), findings);
        remote(spec.authentication().remote(), findings);
        return List.copyOf(findings);
    }

    private static void local(LocalAuthentication local, List<Finding> findings) {
        if (local.method() == AuthenticationMethod.PRESHARED_KEY && local.secretName() == null) {
            findings.add(Finding.invalid(
                    "spec.authentication.local.secretName", "PresharedKey needs a Secret that holds psk"));
        }
    }

    private static void remote(RemoteAuthentication remote, List<Finding> findings) {
        String field = "spec.authentication.remote.";
        boolean shared = remote.method() == AuthenticationMethod.PRESHARED_KEY;
        if (shared && remote.secretName() == null) {
            findings.add(Finding.invalid(field + "secretName", "PresharedKey needs a Secret that holds psk"));
        }
        if (!shared && remote.secretName() != null) {
            findings.add(Finding.invalid(field + "secretName", "is for PresharedKey only"));
        }
        if (shared && (remote.caCertificates() != null || remote.revocationLists() != null)) {
            findings.add(Finding.invalid(
                    field + "caCertificates", "caCertificates and revocationLists are for Certificate only"));
        }
        if (remote.revocationLists() != null && remote.caCertificates() == null) {
            findings.add(Finding.invalid(
                    field + "revocationLists",
                    "needs caCertificates; certificates of the cluster's CA are revoked by deleting their node"));
        }
        pem(field + "caCertificates", remote.caCertificates(), "CERTIFICATE", findings);
        pem(field + "revocationLists", remote.revocationLists(), "X509 CRL", findings);
    }

    /** What is within the armour the agent reads, which has to trust it; here a mix-up of files is found. */
    private static void pem(String field, @Nullable String text, String label, List<Finding> findings) {
        if (text != null && !text.contains("-----BEGIN " + label + "-----")) {
            findings.add(Finding.invalid(field, "holds no PEM block '" + label + "'"));
        }
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
