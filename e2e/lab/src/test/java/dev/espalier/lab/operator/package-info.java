/**
 * The operator's own process against an API server: the embedded one, or, with {@code KUBEBUILDER_ASSETS}, a real one. Needs the packaged
 * operator, so not part of a plain {@code test}: {@code e2e/test operator}.
 */
@NullMarked
package dev.espalier.lab.operator;

import org.jspecify.annotations.NullMarked;
