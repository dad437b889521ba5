package dev.espalier.operator.pki;

/** Names that agents and this operator agree on. */
public final class PkiNames {
    public static final String NAMESPACE = "espalier-system";
    public static final String SIGNER = "ipsec.espalier.dev/node";
    /** O of every node's certificate. */
    public static final String ORGANIZATION = "espalier:nodes";

    /** On an IPSecNode: {@code "true"} cuts the node off; its certificates are revoked and it gets no new ones. */
    public static final String REVOKED_ANNOTATION = "ipsec.espalier.dev/revoked";

    public static final String AGENT_SERVICE_ACCOUNT = "espalier-agent";
    public static final String AGENT_USERNAME = "system:serviceaccount:" + NAMESPACE + ":" + AGENT_SERVICE_ACCOUNT;
    static final String CA_SECRET = "espalier-ca";
    static final String CA_CERTIFICATE_KEY = "tls.crt";
    static final String CA_PRIVATE_KEY_KEY = "tls.key";
    static final String NEXT_CERTIFICATE_KEY = "next.crt";
    static final String NEXT_PRIVATE_KEY_KEY = "next.key";
    static final String PREVIOUS_CERTIFICATE_KEY = "previous.crt";
    static final String TRUST_BUNDLE = "espalier-trust-bundle";
    static final String BUNDLE_CA_KEY = "ca.crt";
    static final String BUNDLE_REVOKED_KEY = "revoked";
    static final String LEDGER = "espalier-issued-certificates";

    private PkiNames() {}
}
