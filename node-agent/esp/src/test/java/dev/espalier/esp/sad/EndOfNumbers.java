package dev.espalier.esp.sad;

import dev.espalier.esp.EspFixtures;

/** An SA whose sequence numbers are used up, which tests of other packages cannot make in any reasonable time. */
public final class EndOfNumbers {
    private EndOfNumbers() {}

    public static OutboundSa outbound() {
        OutboundSa sa = EspFixtures.outbound(EspFixtures.SPI);
        sa.skipTo(-1L);
        return sa;
    }
}
