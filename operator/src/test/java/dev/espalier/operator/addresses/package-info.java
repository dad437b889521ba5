@NullMarked
package dev.espalier.operator.addresses;

import org.jspecify.annotations.NullMarked;
