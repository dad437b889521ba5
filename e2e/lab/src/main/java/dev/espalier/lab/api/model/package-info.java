/** Vocabulary of the API: JSON access, error statuses, resource types, selectors, printer columns. No state. */
@NullMarked
package dev.espalier.lab.api.model;

import org.jspecify.annotations.NullMarked;
