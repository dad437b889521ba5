/**
 * Who a datagram is for, and what strangers may cost us before they have proven anything: SPI tables, half-open IKE SAs, cookies,
 * rates (RFC 7296 2.1, 2.6). Passive tables that know nothing of what they hold.
 */
@NullMarked
package dev.espalier.ike.demux;

import org.jspecify.annotations.NullMarked;
