/**
 * What is said in each exchange of IKEv2 and what both ends have afterwards (RFC 7296 1.2 to 1.4), as values: offers and replies go
 * in and out as payloads, nothing here knows of timers, message IDs, paths or what else the IKE SA is doing. What crosses what is
 * decided by {@link dev.espalier.ike.exchange.RekeyCollision}.
 */
@NullMarked
package dev.espalier.ike.exchange;

import org.jspecify.annotations.NullMarked;
