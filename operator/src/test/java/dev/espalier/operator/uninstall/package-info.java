@NullMarked
package dev.espalier.operator.uninstall;

import org.jspecify.annotations.NullMarked;
