package dev.espalier.ike.proposal;

/**
 * Security protocol identifier (IANA "IKEv2 Security Protocol Identifiers").
 *
 * @param value 0 to 255
 */
public record ProtocolId(int value) {
    /** What a Notify that concerns no SA carries. */
    public static final ProtocolId NONE = new ProtocolId(0);

    public static final ProtocolId IKE = new ProtocolId(1);
    public static final ProtocolId AH = new ProtocolId(2);
    public static final ProtocolId ESP = new ProtocolId(3);

    @Override
    public String toString() {
        return switch (value) {
            case 0 -> "NONE";
            case 1 -> "IKE";
            case 2 -> "AH";
            case 3 -> "ESP";
            default -> "PROTOCOL_" + value;
        };
    }
}
