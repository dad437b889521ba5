package dev.espalier.ike.auth;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.jspecify.annotations.Nullable;

/**
 * Finds a path from an end entity over the peer's other certificates, in any order, to a trust anchor, and has it validated by PKIX
 * (RFC 5280 6.1). Never fetches anything. Work is bounded whatever the peer sends. One search, one thread.
 */
final class PathFinder {
    private static final String NAME_CONSTRAINTS = "2.5.29.30";

    /** Certificates below the anchor. */
    private static final int MAX_LENGTH = 8;

    /** Full validations in one search: more than any honest set of certificates needs, cross-signed CAs included. */
    private static final int MAX_VALIDATIONS = 16;

    /** Certificates looked at in one search, against sets that all name one another as issuers. */
    private static final int MAX_STEPS = 256;

    private final List<X509Certificate> anchors;
    private final List<X509Certificate> intermediates;
    private final Instant now;
    private final Duration skew;
    private final Set<String> reasons = new LinkedHashSet<>();
    private int validations;
    private int steps;

    PathFinder(List<X509Certificate> anchors, List<X509Certificate> intermediates, Instant now, Duration skew) {
        this.anchors = anchors;
        this.intermediates = intermediates.stream()
                .filter(c -> !anchors.contains(c))
                .distinct()
                .toList();
        this.now = now;
        this.skew = skew;
    }

    /** The end entity first, the anchor last; or null, and then {@link #reason()} says why. */
    @Nullable
    List<X509Certificate> find(X509Certificate endEntity) {
        return extend(new ArrayList<>(List.of(endEntity)));
    }

    String reason() {
        return reasons.isEmpty() ? "no path to a trust anchor" : String.join("; ", reasons);
    }

    private @Nullable List<X509Certificate> extend(List<X509Certificate> path) {
        X509Certificate last = path.getLast();
        var problem = CertificateRules.problem(last, now, skew);
        if (problem.isPresent()) {
            reasons.add(problem.get());
            return null;
        }
        boolean issuerKnown = false;
        for (X509Certificate anchor : anchors) {
            if (isIssuer(anchor, last)) {
                issuerKnown = true;
                if (validate(path, anchor)) {
                    List<X509Certificate> chain = new ArrayList<>(path);
                    chain.add(anchor);
                    return chain;
                }
            }
        }
        for (X509Certificate next : intermediates) {
            if (isIssuer(next, last) && !path.contains(next) && path.size() < MAX_LENGTH && ++steps < MAX_STEPS) {
                issuerKnown = true;
                path.add(next);
                List<X509Certificate> chain = extend(path);
                if (chain != null) {
                    return chain;
                }
                path.removeLast();
            }
        }
        if (!issuerKnown) {
            reasons.add(CertificateRules.name(last) + ": issuer '"
                    + PeerText.of(last.getIssuerX500Principal().getName())
                    + "' is no trust anchor and not among the peer's certificates");
        }
        return null;
    }

    private static boolean isIssuer(X509Certificate issuer, X509Certificate of) {
        return issuer.getSubjectX500Principal().equals(of.getIssuerX500Principal());
    }

    private boolean validate(List<X509Certificate> path, X509Certificate anchor) {
        if (++validations > MAX_VALIDATIONS) {
            reasons.add("gave up after " + MAX_VALIDATIONS + " paths");
            return false;
        }
        var problem = CertificateRules.anchorProblem(anchor, now, skew);
        if (problem.isPresent()) {
            reasons.add(problem.get());
            return false;
        }
        long intermediatesBelow =
                path.stream().skip(1).filter(c -> !isIssuer(c, c)).count();
        if (intermediatesBelow > anchor.getBasicConstraints()) {
            reasons.add("path is longer than trust anchor " + CertificateRules.name(anchor) + " allows");
            return false;
        }
        if (!signaturesHold(path, anchor)) {
            return false;
        }
        Instant date = commonInstant(path);
        if (date == null) {
            reasons.add("the path's certificates are never valid at the same time");
            return false;
        }
        try {
            // PKIX does not look into an anchor's certificate; its name constraints have to be handed over (RFC 5937).
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, nameConstraints(anchor))));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(date));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
            return true;
        } catch (CertPathValidatorException e) {
            String subject = e.getIndex() >= 0 ? CertificateRules.name(path.get(e.getIndex())) + ": " : "";
            reasons.add(subject + PeerText.of(String.valueOf(e.getMessage())));
            return false;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            reasons.add("path cannot be validated: " + PeerText.of(String.valueOf(e.getMessage())));
            return false;
        }
    }

    /**
     * Checks signatures from the anchor down. PKIX does so as well, but last, after it has looked into policies, names and other
     * extensions of certificates that nobody signed.
     */
    private boolean signaturesHold(List<X509Certificate> path, X509Certificate anchor) {
        X509Certificate issuer = anchor;
        for (X509Certificate certificate : path.reversed()) {
            try {
                certificate.verify(issuer.getPublicKey());
            } catch (GeneralSecurityException e) {
                reasons.add(CertificateRules.name(certificate) + ": its signature is not by "
                        + CertificateRules.name(issuer));
                return false;
            }
            issuer = certificate;
        }
        return true;
    }

    /**
     * The instant next to now at which every certificate of the path is valid without the skew that {@link CertificateRules} allowed,
     * for a validator that knows no skew.
     */
    private @Nullable Instant commonInstant(List<X509Certificate> path) {
        Instant from = Instant.MIN;
        Instant to = Instant.MAX;
        for (X509Certificate certificate : path) {
            Instant notBefore = certificate.getNotBefore().toInstant();
            Instant notAfter = certificate.getNotAfter().toInstant();
            from = notBefore.isAfter(from) ? notBefore : from;
            to = notAfter.isBefore(to) ? notAfter : to;
        }
        if (from.isAfter(to)) {
            return null;
        }
        return now.isBefore(from) ? from : now.isAfter(to) ? to : now;
    }

    private static byte @Nullable [] nameConstraints(X509Certificate anchor) {
        byte[] extension = anchor.getExtensionValue(NAME_CONSTRAINTS);
        return extension == null ? null : ASN1OctetString.getInstance(extension).getOctets();
    }
}
