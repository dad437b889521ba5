@NullMarked
package dev.espalier.operator.pki;

import org.jspecify.annotations.NullMarked;
