/** Structural schemas of custom resources: defaults, pruning, validation. */
@NullMarked
package dev.espalier.lab.api.schema;

import org.jspecify.annotations.NullMarked;
