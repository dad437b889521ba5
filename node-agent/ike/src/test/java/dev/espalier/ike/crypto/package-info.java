@NullMarked
package dev.espalier.ike.crypto;

import org.jspecify.annotations.NullMarked;
