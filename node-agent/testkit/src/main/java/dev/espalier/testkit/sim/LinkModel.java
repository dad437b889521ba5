package dev.espalier.testkit.sim;

import java.time.Duration;

/**
 * What the network does to each datagram.
 *
 * @param delay of every datagram
 * @param jitter up to so much more, by chance: what exceeds the distance of two datagrams reorders them
 * @param loss part of datagrams that vanish, 0 to 1
 * @param duplication part that comes twice
 * @param mtuOctets greatest IKE datagram that passes
 */
public record LinkModel(Duration delay, Duration jitter, double loss, double duplication, int mtuOctets) {
    public static final LinkModel PERFECT = new LinkModel(Duration.ofMillis(1), Duration.ZERO, 0, 0, 65_000);

    public LinkModel withLoss(double part) {
        return new LinkModel(delay, jitter, part, duplication, mtuOctets);
    }

    public LinkModel withDuplication(double part) {
        return new LinkModel(delay, jitter, loss, part, mtuOctets);
    }

    public LinkModel withJitter(Duration most) {
        return new LinkModel(delay, most, loss, duplication, mtuOctets);
    }

    public LinkModel withDelay(Duration each) {
        return new LinkModel(each, jitter, loss, duplication, mtuOctets);
    }

    public LinkModel withMtu(int octets) {
        return new LinkModel(delay, jitter, loss, duplication, octets);
    }
}
