package dev.espalier.ike.message;

/**
 * Certificate encoding (IANA "IKEv2 Certificate Encodings", RFC 7296 3.6).
 *
 * @param value 0 to 255
 */
public record CertEncoding(int value) {
    public static final CertEncoding PKCS7 = new CertEncoding(1);
    public static final CertEncoding PGP = new CertEncoding(2);
    public static final CertEncoding DNS_SIGNED_KEY = new CertEncoding(3);
    public static final CertEncoding X509_SIGNATURE = new CertEncoding(4);
    public static final CertEncoding KERBEROS_TOKEN = new CertEncoding(6);
    public static final CertEncoding CRL = new CertEncoding(7);
    public static final CertEncoding ARL = new CertEncoding(8);
    public static final CertEncoding SPKI = new CertEncoding(9);
    public static final CertEncoding X509_ATTRIBUTE = new CertEncoding(10);
    /** Never fetched (IKE-50). */
    public static final CertEncoding HASH_AND_URL_X509 = new CertEncoding(12);

    /** Never fetched (IKE-50). */
    public static final CertEncoding HASH_AND_URL_BUNDLE = new CertEncoding(13);

    /** RFC 4806. */
    public static final CertEncoding OCSP_CONTENT = new CertEncoding(14);

    /** RFC 7670. */
    public static final CertEncoding RAW_PUBLIC_KEY = new CertEncoding(15);

    @Override
    public String toString() {
        return switch (value) {
            case 1 -> "PKCS7";
            case 2 -> "PGP";
            case 3 -> "DNS_SIGNED_KEY";
            case 4 -> "X509_SIGNATURE";
            case 6 -> "KERBEROS_TOKEN";
            case 7 -> "CRL";
            case 8 -> "ARL";
            case 9 -> "SPKI";
            case 10 -> "X509_ATTRIBUTE";
            case 12 -> "HASH_AND_URL_X509";
            case 13 -> "HASH_AND_URL_BUNDLE";
            case 14 -> "OCSP_CONTENT";
            case 15 -> "RAW_PUBLIC_KEY";
            default -> "CERT_ENCODING_" + value;
        };
    }
}
