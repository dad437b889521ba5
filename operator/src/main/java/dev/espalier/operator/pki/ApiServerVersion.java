package dev.espalier.operator.pki;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.VersionInfo;

/** As {@code /version} says; vendors append to the minor, as in {@code 30+}. */
public record ApiServerVersion(int major, int minor) {
    public static ApiServerVersion of(KubernetesClient client) {
        VersionInfo version = client.getKubernetesVersion();
        return parse(version.getMajor(), version.getMinor());
    }

    static ApiServerVersion parse(String major, String minor) {
        return new ApiServerVersion(leadingNumber(major), leadingNumber(minor));
    }

    /** From 1.30 on tokens bound to a pod also name its node (KEP-4193). */
    public boolean namesNodesInTokens() {
        return major > 1 || (major == 1 && minor >= 30);
    }

    /** From 1.25 on rules of a CRD's schema are evaluated (KEP-2876). */
    public boolean evaluatesSchemaRules() {
        return major > 1 || (major == 1 && minor >= 25);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }

    private static int leadingNumber(String text) {
        int end = 0;
        while (end < text.length() && end < 6 && Character.isDigit(text.charAt(end))) {
            end++;
        }
        // A version that cannot be read counts as new, for which the rules are stricter.
        return end == 0 ? Integer.MAX_VALUE : Integer.parseInt(text, 0, end, 10);
    }
}
