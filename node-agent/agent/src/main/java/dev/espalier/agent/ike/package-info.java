/** The one thread that owns the IKE engine: a bounded inbox in front of it, and the world behind it. */
@NullMarked
package dev.espalier.agent.ike;

import org.jspecify.annotations.NullMarked;
