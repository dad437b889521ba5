package dev.espalier.lab.topology;

/**
 * What is wrong with a node's link, in each direction.
 *
 * @param lossPercent frames that vanish
 * @param delayMillis how long the others wait
 * @param reorderPercent frames that do not wait, and so overtake
 * @param duplicatePercent frames that come twice
 * @param mtu of the link's ends, in octets
 */
public record Impairment(double lossPercent, int delayMillis, double reorderPercent, double duplicatePercent, int mtu) {
    /** Whether a relay has to touch every frame; an MTU alone is a property of the link. */
    public boolean needsRelay() {
        return lossPercent > 0 || delayMillis > 0 || reorderPercent > 0 || duplicatePercent > 0;
    }
}
