@NullMarked
package dev.espalier.operator;

import org.jspecify.annotations.NullMarked;
