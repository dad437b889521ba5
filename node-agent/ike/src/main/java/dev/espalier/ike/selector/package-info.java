/** Traffic selectors (RFC 7296 2.9, 3.13): their octets, and how an offer of them is narrowed. */
@NullMarked
package dev.espalier.ike.selector;

import org.jspecify.annotations.NullMarked;
