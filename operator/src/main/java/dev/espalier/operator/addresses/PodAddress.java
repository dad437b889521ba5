package dev.espalier.operator.addresses;

import dev.espalier.wire.ip.IpAddress;

/**
 * One address of a pod that runs.
 *
 * @param pod namespace and name, for messages
 * @param node where it runs, as its {@code spec.nodeName} says
 */
public record PodAddress(String pod, String node, IpAddress address) {}
