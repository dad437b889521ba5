package dev.espalier.ike.auth;

import dev.espalier.ike.message.CertEncoding;
import dev.espalier.ike.message.Payload;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether a peer's certificates and AUTH prove its identity: the identity is the one that was configured, the first
 * certificate vouches for it, leads to a trust anchor, and its key made AUTH. Immutable, thread-safe.
 */
public final class PeerAuthenticator {
    /** CERT payloads that are looked at (IKE-49). */
    public static final int MAX_CERTIFICATES = 8;

    /** By how much clocks may be apart when validity is checked. */
    public static final Duration DEFAULT_SKEW = Duration.ofMinutes(1);

    private final List<X509Certificate> anchors;
    private final Set<String> revoked;
    private final RevocationLists lists;
    private final Duration skew;

    /**
     * @param anchors the only certificates that are trusted by themselves
     * @param revoked serial numbers in lower-case hex
     */
    public PeerAuthenticator(Collection<X509Certificate> anchors, Set<String> revoked) {
        this(anchors, revoked, DEFAULT_SKEW);
    }

    public PeerAuthenticator(Collection<X509Certificate> anchors, Set<String> revoked, Duration skew) {
        this(anchors, revoked, RevocationLists.NONE, skew);
    }

    public PeerAuthenticator(
            Collection<X509Certificate> anchors, Set<String> revoked, RevocationLists lists, Duration skew) {
        this.anchors = List.copyOf(anchors);
        this.revoked = Set.copyOf(revoked);
        this.lists = lists;
        this.skew = skew;
    }

    /**
     * The verdict; checks that cost least come first.
     *
     * @param expected who the peer has to be; from its configuration, not from the peer
     */
    public PeerVerdict authenticate(Identity expected, PeerProof proof, Instant now) {
        if (!IdentityBinding.same(expected, proof.claimed())) {
            return new PeerVerdict.Refused("peer says it is " + proof.claimed() + " instead of " + expected);
        }
        List<X509Certificate> certificates = new ArrayList<>();
        Optional<String> malformed = decode(proof.certificates(), certificates);
        if (malformed.isPresent()) {
            return new PeerVerdict.Refused(malformed.get());
        }
        X509Certificate endEntity = certificates.getFirst();
        Optional<String> unfit = CertificateRules.endEntityProblem(endEntity);
        if (unfit.isPresent()) {
            return new PeerVerdict.Refused(unfit.get());
        }
        if (!IdentityBinding.binds(endEntity, proof.claimed())) {
            return new PeerVerdict.Refused(CertificateRules.name(endEntity) + " does not vouch for " + proof.claimed());
        }
        PathFinder finder = new PathFinder(anchors, certificates.subList(1, certificates.size()), now, skew);
        List<X509Certificate> chain = finder.find(endEntity);
        if (chain == null) {
            return new PeerVerdict.Refused(finder.reason());
        }
        return decide(chain, proof, now);
    }

    private PeerVerdict decide(List<X509Certificate> chain, PeerProof proof, Instant now) {
        X509Certificate endEntity = chain.getFirst();
        var authenticated = new PeerVerdict.Authenticated(
                proof.claimed(), chain, endEntity.getSerialNumber().toString(16));
        if (authenticated.revokedBy(revoked)) {
            return new PeerVerdict.Refused(CertificateRules.name(endEntity) + " or an issuer of it is revoked");
        }
        Optional<String> listed = lists.problem(chain, now, skew);
        if (listed.isPresent()) {
            return new PeerVerdict.Refused(listed.get());
        }
        return AuthVerifier.problem(
                        endEntity.getPublicKey(), proof.auth(), proof.authOctets(), proof.digitalSignatures())
                .<PeerVerdict>map(reason -> new PeerVerdict.Refused("AUTH of " + proof.claimed() + ": " + reason))
                .orElse(authenticated);
    }

    private static Optional<String> decode(List<Payload.Certificate> payloads, List<X509Certificate> into) {
        if (payloads.size() > MAX_CERTIFICATES) {
            return Optional.of("peer sent " + payloads.size() + " certificates, more than " + MAX_CERTIFICATES);
        }
        int number = 0;
        for (Payload.Certificate payload : payloads) {
            number++;
            if (!payload.encoding().equals(CertEncoding.X509_SIGNATURE)) {
                continue;
            }
            try {
                into.add(CertificateDecoder.decode(payload.data()));
            } catch (CertificateException e) {
                return Optional.of(
                        "certificate " + number + " of the peer: " + PeerText.of(String.valueOf(e.getMessage())));
            }
        }
        return into.isEmpty() ? Optional.of("peer sent no X.509 certificate") : Optional.empty();
    }
}
