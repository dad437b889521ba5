package dev.espalier.esp.packet;

/** What the caller is to do with a packet's slot. */
public enum Verdict {
    /** Outbound: it is in the batch of sealed packets. Inbound: write the opened packet to the TUN device. */
    FORWARD,
    /** Outbound only: the slot holds an ICMP error now; write it to the TUN device, back to the packet's sender. */
    REPLY,
    /** Outbound only: a copy waits for an SA; the slot is free. */
    STAGED,
    /**
     * Outbound only: the SA was removed after {@code tables} had been read, as in every rekey. The packet is as it was: process it again with
     * newer tables, in which another SA serves its peer.
     */
    STALE,
    /** Inbound only: an authentic dummy packet (RFC 4303 2.6); the slot is free. */
    DUMMY,
    /** Counted; the slot is free. */
    DROPPED
}
