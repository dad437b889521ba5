/** Published test vectors, read from the folder that the build names. */
@NullMarked
package dev.espalier.ike.vectors;

import org.jspecify.annotations.NullMarked;
