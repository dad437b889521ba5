/** What the reconcilers know without asking. */
@NullMarked
package dev.espalier.operator.cache;

import org.jspecify.annotations.NullMarked;
