/**
 * The IKEv2 engine's facade (RFC 7296), sans-IO: inputs and time go in, outputs and the next deadline come out. No socket, thread,
 * clock, file or logger in here or below.
 */
@NullMarked
package dev.espalier.ike;

import org.jspecify.annotations.NullMarked;
