/** Creating, changing, applying and deleting objects, with the rules of each kind. Knows nothing of HTTP. */
@NullMarked
package dev.espalier.lab.api.rest;

import org.jspecify.annotations.NullMarked;
