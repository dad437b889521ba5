package dev.espalier.agent.loop;

import dev.espalier.esp.packet.OutboundSettings;
import dev.espalier.wire.ip.IpAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Sizes and choices of the packet loops.
 *
 * @param batchSize packets or datagrams that a loop takes at a time
 * @param maxPacketBytes longest inner packet and longest datagram; longer datagrams are dropped
 * @param stagedPackets that may wait for a first SA, overall
 * @param stagedPerPeer that may wait for one peer
 * @param stagedMaxAge after which a waiting packet is dropped
 * @param offloads that device and sockets were opened with
 * @param outbound choices for outer headers and ICMP errors
 */
public record DataPathSettings(
        int batchSize,
        int maxPacketBytes,
        int stagedPackets,
        int stagedPerPeer,
        Duration stagedMaxAge,
        Offloads offloads,
        OutboundSettings outbound) {
    /**
     * What serves a node; no offloads.
     *
     * @param gatewayV4 source of ICMP errors to pods, null without IPv4 pods
     * @param gatewayV6 source of ICMP errors to pods, null without IPv6 pods
     */
    public static DataPathSettings defaults(@Nullable IpAddress gatewayV4, @Nullable IpAddress gatewayV6) {
        return new DataPathSettings(
                128,
                16 * 1024,
                512,
                32,
                Duration.ofSeconds(10),
                Offloads.NONE,
                new OutboundSettings(true, gatewayV4, gatewayV6));
    }

    /** With these offloads instead. */
    public DataPathSettings with(Offloads inForce) {
        return new DataPathSettings(
                batchSize, maxPacketBytes, stagedPackets, stagedPerPeer, stagedMaxAge, inForce, outbound);
    }
}
