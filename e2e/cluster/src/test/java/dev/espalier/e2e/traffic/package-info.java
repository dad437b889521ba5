/** The servers and clients of the tools image, without a cluster. */
@NullMarked
package dev.espalier.e2e.traffic;

import org.jspecify.annotations.NullMarked;
