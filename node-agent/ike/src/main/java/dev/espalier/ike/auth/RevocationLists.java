package dev.espalier.ike.auth;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Certificate revocation lists that were handed to us (RFC 5280 5, SIG-08); none is ever fetched. Once an issuer has a list, its
 * certificates need one that is current: an outdated one proves no longer that a certificate is good.
 *
 * <p>Complete lists by the certificates' own issuer only: a delta or indirect list, or one for some reasons or kinds of certificates, marks that by
 * a critical extension (RFC 5280 5.2.4, 5.2.5), and a list with any that we don't know is as good as none that is current.
 */
public final class RevocationLists {
    public static final RevocationLists NONE = new RevocationLists(List.of());

    private static final int KEY_USAGE_CRL_SIGN = 6;

    private final List<X509CRL> lists;

    public RevocationLists(Collection<X509CRL> lists) {
        this.lists = List.copyOf(lists);
    }

    /**
     * Why a chain is not good by these lists, if it is not.
     *
     * @param chain the end entity first, the trust anchor, whose own status counts for nothing, last
     * @param skew by which clocks may be apart
     */
    public Optional<String> problem(List<X509Certificate> chain, Instant now, Duration skew) {
        Optional<X509Certificate> revoked = revoked(chain);
        if (revoked.isPresent()) {
            return Optional.of(CertificateRules.name(revoked.get()) + " is revoked by its issuer's CRL");
        }
        for (int i = 0; i + 1 < chain.size(); i++) {
            Optional<String> problem = problem(chain.get(i), chain.get(i + 1), now, skew);
            if (problem.isPresent()) {
                return problem;
            }
        }
        return Optional.empty();
    }

    /** Which certificate of a chain a list names, whether that list is current or not. */
    public Optional<X509Certificate> revoked(List<X509Certificate> chain) {
        for (int i = 0; i + 1 < chain.size(); i++) {
            X509Certificate certificate = chain.get(i);
            X509Certificate issuer = chain.get(i + 1);
            if (lists.stream().anyMatch(list -> isBy(list, issuer) && list.isRevoked(certificate))) {
                return Optional.of(certificate);
            }
        }
        return Optional.empty();
    }

    private Optional<String> problem(X509Certificate certificate, X509Certificate issuer, Instant now, Duration skew) {
        Optional<String> lacking = Optional.empty();
        boolean current = false;
        for (X509CRL list : lists) {
            if (!isBy(list, issuer)) {
                continue;
            }
            Optional<String> unfit = unfit(list, now, skew);
            current |= unfit.isEmpty();
            if (unfit.isPresent()) {
                lacking = unfit;
            }
        }
        return current ? Optional.empty() : lacking.map(why -> CertificateRules.name(certificate) + ": " + why);
    }

    private static boolean isBy(X509CRL list, X509Certificate issuer) {
        if (!list.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        boolean[] usage = issuer.getKeyUsage();
        if (usage != null && !usage[KEY_USAGE_CRL_SIGN]) {
            return false;
        }
        PublicKey key = issuer.getPublicKey();
        try {
            list.verify(key);
            return true;
        } catch (GeneralSecurityException e) {
            // By another CA of the same name, as while a CA's key is replaced; its list says nothing about this one's
            // certificates.
            return false;
        }
    }

    private static Optional<String> unfit(X509CRL list, Instant now, Duration skew) {
        Set<String> critical = list.getCriticalExtensionOIDs();
        if (critical != null && !critical.isEmpty()) {
            return Optional.of("the CRL of its issuer is no complete one (critical extensions " + critical + ")");
        }
        if (now.isBefore(list.getThisUpdate().toInstant().minus(skew))) {
            return Optional.of("the CRL of its issuer is from the future");
        }
        if (list.getNextUpdate() == null) {
            return Optional.of("the CRL of its issuer does not say until when it holds");
        }
        Instant next = list.getNextUpdate().toInstant();
        return now.isAfter(next.plus(skew))
                ? Optional.of("the CRL of its issuer is out of date since " + next)
                : Optional.empty();
    }
}
