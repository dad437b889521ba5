@NullMarked
package dev.espalier.operator.policy;

import org.jspecify.annotations.NullMarked;
