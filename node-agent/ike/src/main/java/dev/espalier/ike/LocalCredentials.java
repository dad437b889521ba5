package dev.espalier.ike;

import dev.espalier.wire.Octets;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What this end proves its identity with. Not a record: it holds a private key.
 *
 * <p>{@code identity} goes out as ID_FQDN and must stand in the end entity's subjectAltName.
 */
public final class LocalCredentials {
    private final String identity;
    private final List<X509Certificate> chain;
    private final PrivateKey key;
    private final List<X509Certificate> trustAnchors;

    /**
     * @param chain the end entity first, then intermediates; roots left out
     * @param trustAnchors the roots under which peers' certificates are accepted
     */
    public LocalCredentials(
            String identity, List<X509Certificate> chain, PrivateKey key, List<X509Certificate> trustAnchors) {
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("credentials of " + identity + " have no certificate");
        }
        this.identity = identity;
        this.chain = List.copyOf(chain);
        this.key = key;
        this.trustAnchors = List.copyOf(trustAnchors);
    }

    public String identity() {
        return identity;
    }

    public List<X509Certificate> chain() {
        return chain;
    }

    public PrivateKey key() {
        return key;
    }

    public List<X509Certificate> trustAnchors() {
        return trustAnchors;
    }

    /** The serial number of the end entity in lower-case hex. */
    public String serial() {
        return chain.getFirst().getSerialNumber().toString(16);
    }

    /** An opaque value that differs whenever the credentials differ. */
    public Octets fingerprint() {
        return Octets.wrap(java.util.Objects.requireNonNull(chain.getFirst().getSignature()));
    }

    @Override
    public String toString() {
        return "LocalCredentials[" + identity + ", serial " + serial() + "]";
    }
}
