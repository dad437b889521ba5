package dev.espalier.ike.message;

/**
 * Payload type (IANA "IKEv2 Payload Types").
 *
 * @param value 0 to 255
 */
public record PayloadType(int value) {
    /** Ends a chain of payloads. */
    public static final PayloadType NONE = new PayloadType(0);

    public static final PayloadType SA = new PayloadType(33);
    public static final PayloadType KE = new PayloadType(34);
    public static final PayloadType ID_I = new PayloadType(35);
    public static final PayloadType ID_R = new PayloadType(36);
    public static final PayloadType CERT = new PayloadType(37);
    public static final PayloadType CERTREQ = new PayloadType(38);
    public static final PayloadType AUTH = new PayloadType(39);
    public static final PayloadType NONCE = new PayloadType(40);
    public static final PayloadType NOTIFY = new PayloadType(41);
    public static final PayloadType DELETE = new PayloadType(42);
    public static final PayloadType VENDOR_ID = new PayloadType(43);
    public static final PayloadType TS_I = new PayloadType(44);
    public static final PayloadType TS_R = new PayloadType(45);
    public static final PayloadType SK = new PayloadType(46);
    public static final PayloadType CP = new PayloadType(47);
    public static final PayloadType EAP = new PayloadType(48);
    /** RFC 7383. */
    public static final PayloadType SKF = new PayloadType(53);

    @Override
    public String toString() {
        return switch (value) {
            case 0 -> "NONE";
            case 33 -> "SA";
            case 34 -> "KE";
            case 35 -> "IDi";
            case 36 -> "IDr";
            case 37 -> "CERT";
            case 38 -> "CERTREQ";
            case 39 -> "AUTH";
            case 40 -> "Nonce";
            case 41 -> "N";
            case 42 -> "D";
            case 43 -> "V";
            case 44 -> "TSi";
            case 45 -> "TSr";
            case 46 -> "SK";
            case 47 -> "CP";
            case 48 -> "EAP";
            case 53 -> "SKF";
            default -> "PAYLOAD_" + value;
        };
    }
}
