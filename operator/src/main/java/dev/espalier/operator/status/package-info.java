/** What the agents report, summed up. */
@NullMarked
package dev.espalier.operator.status;

import org.jspecify.annotations.NullMarked;
