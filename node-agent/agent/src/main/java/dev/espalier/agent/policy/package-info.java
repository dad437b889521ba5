/** What a view of the cluster means for this node, as pure functions: a {@link dev.espalier.agent.kube.NodeView} in, a plan out. */
@NullMarked
package dev.espalier.agent.policy;

import org.jspecify.annotations.NullMarked;
