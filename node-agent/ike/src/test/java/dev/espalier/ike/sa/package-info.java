@NullMarked
package dev.espalier.ike.sa;

import org.jspecify.annotations.NullMarked;
