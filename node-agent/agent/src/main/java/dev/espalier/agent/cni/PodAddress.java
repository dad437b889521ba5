package dev.espalier.agent.cni;

import dev.espalier.wire.ip.IpAddress;

/** An address of a pod and the gateway that it reaches everything else through; both of one family. */
record PodAddress(IpAddress address, IpAddress gateway) {}
