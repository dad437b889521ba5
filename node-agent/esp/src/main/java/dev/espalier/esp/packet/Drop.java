package dev.espalier.esp.packet;

/**
 * Every reason for which the data path discards a packet. {@link #reason()} is the value of the label {@code reason} of
 * {@code espalier_drops_total}: stable, never reused for something else.
 */
public enum Drop {
    OUTBOUND_MALFORMED(
            "outbound-malformed",
            "A packet routed into the tunnel has no sound IP header.",
            "Find the local program that writes raw packets; ordinary sockets cannot make one."),
    POLICY_DISCARD(
            "policy-discard",
            "A policy with action Discard governs the packet.",
            "None if intended; otherwise change the policy or its priority."),
    NO_POLICY(
            "no-policy",
            "No policy entry fits the packet's addresses, and the default is to discard.",
            "Apply an IPSecPolicy that selects it; or the packet's source is not an address of this node's pods."),
    LINK_LOCAL(
            "link-local",
            "Traffic of the tunnel device's own link that no policy can mean: link-local or multicast, such as the kernel's router solicitations.",
            "None: the kernel sends a few whenever the device comes up."),
    BYPASS_IN_TUNNEL(
            "bypass-in-tunnel",
            "Policy sends the packet in clear, yet a route led it into the tunnel.",
            "Traffic in Bypass takes the host's routes; remove the route to the tunnel device for its destination."),
    FRAGMENT_WITHOUT_PORTS(
            "fragment-without-ports",
            "A fragment that shows no ports met a policy entry that asks for ports.",
            "Keep the sender from fragmenting (path MTU discovery), or select by address alone."),
    STAGED_OVERFLOW(
            "staged-overflow",
            "More packets than may wait for the first SA with a peer; the oldest went.",
            "A few at start-up are normal. If it goes on, see why IKE with that peer does not come up."),
    STAGED_EXPIRED(
            "staged-expired",
            "A packet waited for an SA longer than is useful to its sender.",
            "See why IKE with that peer does not come up: status, then the agent's log."),
    NO_MATCHING_SA(
            "no-matching-sa",
            "SAs with the peer exist, but their negotiated selectors are narrower than the policy.",
            "Compare the selectors in status with the peer's configuration; a peer may narrow them."),
    SEQUENCE_EXHAUSTED(
            "sequence-exhausted",
            "The SA has sent its last sequence number and was not rekeyed in time.",
            "Lower the packet lifetime or turn on extended sequence numbers (esp.esn)."),
    SA_CLOSED(
            "sa-closed",
            "The SA was removed while the packet was on its way through, twice in a row.",
            "None if rare; otherwise SAs are replaced faster than packets pass: report it."),
    PACKET_TOO_BIG(
            "packet-too-big",
            "The packet does not fit the path once sealed, and must not be fragmented; the sender was told by ICMP.",
            "None if the sender adapts; if it goes on, something filters ICMP on its way to the pod."),
    SEND_FAILED(
            "send-failed",
            "The socket refused a sealed packet: no route to the peer, interface down, or buffers full.",
            "Check the underlay: link, route to the peer, address of this node."),
    DATAGRAM_TRUNCATED(
            "datagram-truncated",
            "A datagram was longer than a packet slot and lost its end.",
            "Raise the agent's MTU setting to that of the underlay; or someone sends garbage."),
    RUNT_DATAGRAM(
            "runt-datagram",
            "A datagram of 0 to 7 octets that is no NAT keepalive (RFC 3948).",
            "None: port scans do this."),
    RESERVED_SPI(
            "reserved-spi",
            "An ESP packet with an SPI of 1 to 255, which no SA uses (RFC 4303 2.1).",
            "None: garbage on port 4500."),
    UNKNOWN_SPI(
            "unknown-spi",
            "No inbound SA has the packet's SPI.",
            "A handful after a delete or restart is normal; otherwise the peer holds an SA that this node lost: it will find out by its liveness check."),
    ESP_MALFORMED(
            "esp-malformed",
            "An ESP packet too short for its SA's transform, or not aligned to 32 bits.",
            "Check that the peer implements the negotiated transform; or garbage with a known SPI."),
    REPLAYED(
            "replayed",
            "A sequence number that was received before (RFC 4303 3.4.3).",
            "The network duplicates packets, or someone replays them. Neither gets through."),
    REPLAY_TOO_OLD(
            "replay-too-old",
            "A sequence number left of the replay window.",
            "Heavy reordering on the path: raise esp.replayWindow; or someone replays old packets."),
    FORGED(
            "integrity-check-failed",
            "The integrity check value is wrong: altered on the way, forged, or sealed under another key.",
            "If it is every packet of one SA, the ends disagree about the key: rekey the peer and report a bug."),
    BAD_PADDING(
            "bad-padding",
            "An authentic packet whose pad length is longer than the packet.",
            "The peer's ESP is broken."),
    UNEXPECTED_NEXT_HEADER(
            "unexpected-next-header",
            "An authentic packet that holds no IP packet (tunnel mode carries IPv4 and IPv6 only).",
            "Check that the peer uses tunnel mode."),
    INNER_MALFORMED(
            "inner-malformed",
            "An authentic packet whose inner packet has no sound IP header.",
            "The peer forwards broken packets."),
    INNER_SELECTOR_MISMATCH(
            "inner-selector-mismatch",
            "An authentic packet whose inner addresses, protocol or ports are not what its SA may carry (RFC 4301 5.2).",
            "The peer is misconfigured, or compromised and posing as another node."),
    INBOUND_POLICY(
            "inbound-policy",
            "An authentic packet that current policy does not let in by this peer's SAs.",
            "None while a policy change is spreading; otherwise the peer applies another policy."),
    ICMP_QUOTE_MISMATCH(
            "icmp-quote-mismatch",
            "An inner ICMP error about a packet that its SA could not have carried (RFC 4301 6.2).",
            "The peer forwards forged ICMP errors."),
    ECN_VIOLATION(
            "ecn-violation",
            "The outer header says congestion experienced, the inner that its transport does not know ECN (RFC 6040 4.2).",
            "A router on the underlay marks packets that are not ECN-capable."),
    IKE_QUEUE_FULL(
            "ike-queue-full",
            "More IKE messages than the IKE loop could take.",
            "A flood on port 500 or 4500, or an overloaded node."),
    TUN_WRITE_FAILED(
            "tun-write-failed",
            "The kernel refused an opened packet.",
            "Check that the tunnel device is up; a broken inner packet is refused as well."),
    INTERNAL_ERROR(
            "internal-error",
            "A bug of ours met this packet; the agent's log has the stack trace.",
            "Report it with the log line. Other packets are not affected.");

    private final String reason;
    private final String cause;
    private final String remedy;

    Drop(String reason, String cause, String remedy) {
        this.reason = reason;
        this.cause = cause;
        this.remedy = remedy;
    }

    /** Stable, kebab-case. */
    public String reason() {
        return reason;
    }

    /** What happened, for an operator. */
    public String cause() {
        return cause;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }
}
