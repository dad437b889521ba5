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
 * @param hasPrevResult whether a result of ADD came with it
 * @param validAttachments for GC: keys of those to keep; null when not given
 */
record NetworkConfig(
        String cniVersion,
        String name,
        int mtu,
        @Nullable JsonNode dns,
        boolean hasPrevResult,
        @Nullable Set<String> validAttachments) {}
