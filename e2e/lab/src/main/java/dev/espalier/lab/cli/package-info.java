/** The verbs of {@code lab}. */
@NullMarked
package dev.espalier.lab.cli;

import org.jspecify.annotations.NullMarked;
