package dev.espalier.ike.message;

/**
 * Identification type (IANA "IKEv2 Identification Payload ID Types", RFC 7296 3.5).
 *
 * @param value 0 to 255
 */
public record IdType(int value) {
    public static final IdType ID_IPV4_ADDR = new IdType(1);
    public static final IdType ID_FQDN = new IdType(2);
    public static final IdType ID_RFC822_ADDR = new IdType(3);
    public static final IdType ID_IPV6_ADDR = new IdType(5);
    public static final IdType ID_DER_ASN1_DN = new IdType(9);
    public static final IdType ID_DER_ASN1_GN = new IdType(10);
    public static final IdType ID_KEY_ID = new IdType(11);
    /** RFC 4595. */
    public static final IdType ID_FC_NAME = new IdType(12);

    /** RFC 7619; refused (IKE-57). */
    public static final IdType ID_NULL = new IdType(13);

    @Override
    public String toString() {
        return switch (value) {
            case 1 -> "ID_IPV4_ADDR";
            case 2 -> "ID_FQDN";
            case 3 -> "ID_RFC822_ADDR";
            case 5 -> "ID_IPV6_ADDR";
            case 9 -> "ID_DER_ASN1_DN";
            case 10 -> "ID_DER_ASN1_GN";
            case 11 -> "ID_KEY_ID";
            case 12 -> "ID_FC_NAME";
            case 13 -> "ID_NULL";
            default -> "ID_TYPE_" + value;
        };
    }
}
