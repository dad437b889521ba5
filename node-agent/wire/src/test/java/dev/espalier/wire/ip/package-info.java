@NullMarked
package dev.espalier.wire.ip;

import org.jspecify.annotations.NullMarked;
