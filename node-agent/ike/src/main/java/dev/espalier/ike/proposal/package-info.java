/** Proposals and transforms (RFC 7296 3.3): their octets, their spelling in configuration, and how one is chosen. */
@NullMarked
package dev.espalier.ike.proposal;

import org.jspecify.annotations.NullMarked;
