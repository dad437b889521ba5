package dev.espalier.operator.addresses;

import dev.espalier.wire.ip.Prefix;
import java.util.List;

/** Networks in which pods may have addresses that are of no node's pod networks. */
public record PodNetworks(List<Prefix> prefixes) {
    public PodNetworks {
        prefixes = List.copyOf(prefixes);
    }

    /** @throws IllegalArgumentException naming the setting and what in it is no network */
    public static PodNetworks parse(List<String> texts) {
        try {
            return new PodNetworks(
                    texts.stream().map(String::strip).map(Prefix::parse).toList());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("espalier.pod-networks: " + e.getMessage(), e);
        }
    }
}
