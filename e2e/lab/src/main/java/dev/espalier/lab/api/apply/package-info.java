/** Field ownership and server-side apply. */
@NullMarked
package dev.espalier.lab.api.apply;

import org.jspecify.annotations.NullMarked;
