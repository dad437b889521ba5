@NullMarked
package dev.espalier.wire;

import org.jspecify.annotations.NullMarked;
