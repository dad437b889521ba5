/**
 * Where the agent learns about nodes and policies: one port, {@link dev.espalier.agent.kube.NodeViewSource}, with two sources behind
 * it, the Kubernetes API and a folder of Kubernetes-shaped YAML. What comes out is the same either way.
 */
@NullMarked
package dev.espalier.agent.kube;

import org.jspecify.annotations.NullMarked;
