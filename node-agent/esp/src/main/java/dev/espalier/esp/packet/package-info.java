/** The packet path, sans-IO: packets in off-heap slots go in, sealed or opened packets come out, every discard has a counted reason. */
@NullMarked
package dev.espalier.esp.packet;

import org.jspecify.annotations.NullMarked;
