/** Carries negotiated child SAs from the IKE engine to the data path, and counters back: the only place that knows both. */
@NullMarked
package dev.espalier.agent.sa;

import org.jspecify.annotations.NullMarked;
