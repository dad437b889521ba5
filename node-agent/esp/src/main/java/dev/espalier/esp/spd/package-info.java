/** The security policy database (RFC 4301 4.4.1): what to do with a packet, by its selectors. Immutable snapshots. */
@NullMarked
package dev.espalier.esp.spd;

import org.jspecify.annotations.NullMarked;
