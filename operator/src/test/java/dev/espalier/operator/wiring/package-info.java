@NullMarked
package dev.espalier.operator.wiring;

import org.jspecify.annotations.NullMarked;
