@NullMarked
package dev.espalier.operator.install;

import org.jspecify.annotations.NullMarked;
