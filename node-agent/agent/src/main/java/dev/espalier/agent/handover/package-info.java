/**
 * How one agent process hands its tunnels to the next, over a Unix domain socket: the messages, both ends of the socket, and what a message
 * about SAs looks like. What is stopped, passed on and started again is decided in {@code agent.node}.
 */
@NullMarked
package dev.espalier.agent.handover;

import org.jspecify.annotations.NullMarked;
