package dev.espalier.ike.crypto;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import dev.espalier.wire.ip.UdpEndpoint;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/** Notification data of NAT_DETECTION_SOURCE_IP and NAT_DETECTION_DESTINATION_IP (RFC 7296 2.23). */
public final class NatDetection {
    private NatDetection() {}

    /**
     * {@code SHA-1(SPIi | SPIr | address | port)}. RFC 7296 2.23 names SHA-1; nothing rests on its strength.
     *
     * @param spiResponder 0 in the first request
     */
    public static Octets hash(long spiInitiator, long spiResponder, UdpEndpoint endpoint) {
        byte[] input = new WireWriter(36)
                .i64(spiInitiator)
                .i64(spiResponder)
                .octets(endpoint.address().toBytes())
                .u16(endpoint.port())
                .toArray();
        return sha1(input);
    }

    static Octets sha1(byte[] input) {
        try {
            return Octets.wrap(MessageDigest.getInstance("SHA-1").digest(input));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-1 is not to be had from this JVM's providers", e);
        }
    }
}
