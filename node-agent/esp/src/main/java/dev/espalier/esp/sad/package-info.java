/** The security association database (RFC 4301 4.4.2): immutable snapshots of SAs whose only mutable parts are the sequence number, the replay window and the counters. */
@NullMarked
package dev.espalier.esp.sad;

import org.jspecify.annotations.NullMarked;
