package dev.espalier.esp.packet;

import dev.espalier.wire.ip.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * How the outbound path treats packets.
 *
 * @param copyDscp whether the outer header shows the inner DSCP (RFC 4301 5.1.2: a choice between service classes on the underlay and
 *     hiding them); ECN is copied in any case (RFC 6040 4.1)
 * @param gatewayV4 source of ICMP errors to IPv4 pods; null sends none
 * @param gatewayV6 source of ICMP errors to IPv6 pods; null sends none
 */
public record OutboundSettings(
        boolean copyDscp,
        @Nullable IpAddress gatewayV4,
        @Nullable IpAddress gatewayV6) {}
