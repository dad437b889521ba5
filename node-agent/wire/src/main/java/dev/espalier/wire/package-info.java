/** Byte cursors and values that every module shares. Depends on {@code java.base} alone. */
@NullMarked
package dev.espalier.wire;

import org.jspecify.annotations.NullMarked;
