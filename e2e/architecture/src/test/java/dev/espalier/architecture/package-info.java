/** The architecture as tests. */
@NullMarked
package dev.espalier.architecture;

import org.jspecify.annotations.NullMarked;
