package dev.espalier.agent.sa;

import dev.espalier.ike.IkeOutput.Direction;

/**
 * Names one direction of a pair of child SAs.
 *
 * @param spiIn our inbound SPI of the pair, which is unique on this node, unlike the peers' own
 */
public record InstalledSa(Direction direction, int spiIn) {}
