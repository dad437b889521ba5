/** Transcripts of the IKE engine's exchanges between simulated nodes, and random walks. */
@NullMarked
package dev.espalier.testkit.ike;

import org.jspecify.annotations.NullMarked;
