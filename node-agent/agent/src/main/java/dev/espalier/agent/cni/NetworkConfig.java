package dev.espalier.agent.cni;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A network configuration that has been found good.
 *
 * @param cniVersion a supported version
 * @param mtu what was asked for, 0 for the node's own
 * @param dns to be handed through into the result; null without
 * @param chained whether the interface is another plugin's
 * @param prevResult the result of the plugins before, or that of ADD; null without
 * @param validAttachments for GC: keys of those to keep; null when not given
 */
record NetworkConfig(
        String cniVersion,
        String name,
        int mtu,
        @Nullable JsonNode dns,
        boolean chained,
        @Nullable JsonNode prevResult,
        @Nullable Set<String> validAttachments) {
    boolean hasPrevResult() {
        return prevResult != null;
    }
}
