/** ESP transforms behind one small interface. Keys enter here and stay here. */
@NullMarked
package dev.espalier.esp.crypto;

import org.jspecify.annotations.NullMarked;
