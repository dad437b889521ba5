package dev.espalier.esp.packet;

/** Explicit congestion notification across a tunnel (RFC 6040, RFC 3168): the lower two bits of TOS or traffic class. */
final class Ecn {
    static final int NOT_ECT = 0;
    static final int ECT_1 = 1;
    static final int ECT_0 = 2;
    static final int CE = 3;

    /** Stands for "drop" in the table. */
    static final int DROP = -1;

    /** RFC 6040 figure 4: inner field in rows, outer in columns, both in the order of their code points. */
    private static final int[] DECAPSULATED = {
        // outer: Not-ECT, ECT(1), ECT(0), CE
        NOT_ECT, NOT_ECT, NOT_ECT, DROP, // inner Not-ECT
        ECT_1, ECT_1, ECT_1, CE, // inner ECT(1)
        ECT_0, ECT_1, ECT_0, CE, // inner ECT(0)
        CE, CE, CE, CE, // inner CE
    };

    private Ecn() {}

    /** What the outer field is when a packet is sealed: normal mode copies (RFC 6040 4.1). */
    static int encapsulated(int innerTrafficClass) {
        return innerTrafficClass & 3;
    }

    /** What the inner field becomes when a packet is opened, or {@link #DROP} (RFC 6040 4.2). */
    static int decapsulated(int innerTrafficClass, int outerTrafficClass) {
        return DECAPSULATED[(innerTrafficClass & 3) << 2 | (outerTrafficClass & 3)];
    }
}
