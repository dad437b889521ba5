/** The proofs of {@code lab demo}. */
@NullMarked
package dev.espalier.lab.demo;

import org.jspecify.annotations.NullMarked;
