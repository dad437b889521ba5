/** Which policies are in force, and what their status says. */
@NullMarked
package dev.espalier.operator.policy;

import org.jspecify.annotations.NullMarked;
