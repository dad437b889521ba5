package dev.espalier.esp.sad;

import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.spd.SelectorPair;
import dev.espalier.wire.ip.UdpPath;

/**
 * What IKE negotiated for one direction of a child SA, without the key (RFC 4301 4.4.2.1).
 *
 * @param peer who is at the other end
 * @param spi of this direction: ours when inbound, the peer's when outbound; never 0 to 255 (RFC 4303 2.1)
 * @param spiIn our inbound SPI of the pair, which names the pair
 * @param extendedSequenceNumbers 64-bit numbers
 * @param selectors what it may carry
 * @param path outer addresses; its ports count only with {@code udpEncapsulated}
 * @param udpEncapsulated ESP in UDP (RFC 3948) rather than protocol 50
 * @param replayWindow in packets; used by inbound SAs
 */
public record SaParameters(
        String peer,
        int spi,
        int spiIn,
        EspTransform transform,
        boolean extendedSequenceNumbers,
        SelectorPair selectors,
        UdpPath path,
        boolean udpEncapsulated,
        int replayWindow) {
    public SaParameters {
        if (isReserved(spi) || isReserved(spiIn)) {
            throw new IllegalArgumentException("SPI " + Integer.toUnsignedString(spi) + " is reserved");
        }
    }

    /** Whether {@code spi} lies in 0 to 255, which no SA uses (RFC 4303 2.1, ESP-01). */
    public static boolean isReserved(int spi) {
        return spi >>> 8 == 0;
    }
}
