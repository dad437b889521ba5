/** What the operator does at build time, so that the JVM knows it at start. */
@NullMarked
package dev.espalier.operator.training;

import org.jspecify.annotations.NullMarked;
