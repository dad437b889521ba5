/** A cluster on top of the topology: API server, operator, agents, and the objects a kubelet would make. */
@NullMarked
package dev.espalier.lab.cluster;

import org.jspecify.annotations.NullMarked;
