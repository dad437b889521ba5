/** The agent itself: puts sources, plans, IKE, data path and kernel together, without any framework. */
@NullMarked
package dev.espalier.agent.node;

import org.jspecify.annotations.NullMarked;
