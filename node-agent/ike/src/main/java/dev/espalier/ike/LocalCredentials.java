package dev.espalier.ike;

import dev.espalier.ike.auth.Identity;
import dev.espalier.wire.Octets;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What this end proves its identity with. Not a record: it holds a private key.
 *
 * <p>The identity must be one that the end entity vouches for: for an ID_FQDN, a DNS name in its subjectAltName (RFC 4945 3.1).
 */
public final class LocalCredentials {
    private final Identity identity;
    private final List<X509Certificate> chain;
    private final PrivateKey key;
    private final List<X509Certificate> trustAnchors;

    /**
     * For a node, whose identity is an ID_FQDN.
     *
     * @param chain the end entity first, then intermediates; roots left out
     * @param trustAnchors the roots under which peers' certificates are accepted
     */
    public LocalCredentials(
            String identity, List<X509Certificate> chain, PrivateKey key, List<X509Certificate> trustAnchors) {
        this(Identity.fqdn(identity), chain, key, trustAnchors);
    }

    /** The same for an identity of any type. */
    public LocalCredentials(
            Identity identity, List<X509Certificate> chain, PrivateKey key, List<X509Certificate> trustAnchors) {
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("credentials of " + identity + " have no certificate");
        }
        this.identity = identity;
        this.chain = List.copyOf(chain);
        this.key = key;
        this.trustAnchors = List.copyOf(trustAnchors);
    }

    /** For operators; of a name, the name itself. */
    public String identity() {
        return identity.text();
    }

    /** What goes out as IDi or IDr. */
    public Identity ikeIdentity() {
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

    /**
     * An opaque value that differs whenever what this end proves itself with differs. Trust anchors are no part of it: one more of them
     * is no reason to authenticate anew, and one less is a reason only for SAs whose peer's certificate led to it; whoever compares has
     * to look at {@link #trustAnchors} for that.
     */
    public Octets fingerprint() {
        return Octets.wrap(java.util.Objects.requireNonNull(chain.getFirst().getSignature()));
    }

    /** By identity and certificates: a key belongs to its certificate. */
    @Override
    public boolean equals(Object o) {
        return o instanceof LocalCredentials other
                && identity.equals(other.identity)
                && chain.equals(other.chain)
                && trustAnchors.equals(other.trustAnchors);
    }

    @Override
    public int hashCode() {
        return chain.getFirst().hashCode();
    }

    @Override
    public String toString() {
        return "LocalCredentials[" + identity() + ", serial " + serial() + "]";
    }
}
