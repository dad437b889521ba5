/**
 * Makes the world what the plan says: what closes a way first, then IKE, then what opens one. Compares with what the kernel has and
 * not with what was done before, so that it converges from any state.
 */
@NullMarked
package dev.espalier.agent.reconcile;

import org.jspecify.annotations.NullMarked;
