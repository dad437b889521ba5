/**
 * What kubelet's container runtime runs for CNI, and what it says to the agent: a shim that reads environment and standard input, hands both to the agent's
 * socket and prints the answer. Everything that it needs at run time is in {@code java.base}, and it is written to start fast: no lambdas, streams, regular
 * expressions or string formats on its way.
 */
@NullMarked
package dev.espalier.cni;

import org.jspecify.annotations.NullMarked;
