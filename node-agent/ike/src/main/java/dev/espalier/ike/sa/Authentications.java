package dev.espalier.ike.sa;

import dev.espalier.ike.LocalCredentials;
import dev.espalier.ike.Now;
import dev.espalier.ike.PeerAuthentication;
import dev.espalier.ike.PeerAuthentication.OwnProof;
import dev.espalier.ike.PeerAuthentication.Trust;
import dev.espalier.ike.auth.PeerAuthenticator;
import dev.espalier.ike.auth.PeerVerdict;
import dev.espalier.ike.auth.RevocationLists;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.exchange.AuthExchange.PeerCheck;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a peer's {@link PeerAuthentication} means with this endpoint's own credentials and deny list as they are now. */
final class Authentications {
    /** More than any SA lives; a root may be good for centuries, which nanoseconds cannot count. */
    private static final Duration FOREVER = Duration.ofDays(3650);

    private final LocalCredentials credentials;
    private final PeerAuthenticator nodes;

    /** @param revoked serial numbers of the nodes' CA in lower-case hex */
    Authentications(LocalCredentials credentials, Set<String> revoked) {
        this.credentials = credentials;
        this.nodes = new PeerAuthenticator(credentials.trustAnchors(), revoked);
    }

    OwnProof own(PeerAuthentication of) {
        return of.own().orElseGet(() -> new OwnProof.Certificate(credentials));
    }

    /** The anchors under which the peer's certificate may be; empty when it has to know a shared key. */
    List<X509Certificate> anchors(PeerAuthentication of) {
        return switch (of.trust().orElse(null)) {
            case null -> credentials.trustAnchors();
            case Trust.Certificates(var anchors, var ignored) -> anchors;
            case Trust.SharedKey ignored -> List.of();
        };
    }

    PeerCheck check(PeerAuthentication of) {
        return switch (of.trust().orElse(null)) {
            case null -> new PeerCheck.ByCertificate(nodes);
            case Trust.Certificates(var anchors, var crls) ->
                new PeerCheck.ByCertificate(new PeerAuthenticator(
                        anchors, Set.of(), new RevocationLists(crls), PeerAuthenticator.DEFAULT_SKEW));
            case Trust.SharedKey(var key) -> new PeerCheck.BySharedKey(key);
        };
    }

    /** Wall clock turns into monotonic time once, here: a clock that steps later changes nothing. */
    static Authentication made(PeerVerdict.Authenticated verdict, OwnProof own, PeerAuthentication demanded, Now now) {
        Duration left = verdict.chain().stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .map(end -> Duration.between(now.wall(), end.plus(PeerAuthenticator.DEFAULT_SKEW)))
                .filter(duration -> duration.compareTo(FOREVER) < 0)
                .orElse(FOREVER);
        return new Authentication(
                verdict,
                fingerprint(own),
                demanded.remoteIdentity(),
                fingerprint(demanded.trust()),
                now.nanos() + left.toNanos());
    }

    /** Why what was proved then would not do today, if so: it has to be proved anew, while the old SA still serves. */
    Optional<String> outdated(Authentication then, PeerAuthentication today) {
        if (!then.own().equals(fingerprint(own(today)))) {
            return Optional.of("own credentials changed");
        }
        if (!then.demandedIdentity().equals(today.remoteIdentity())) {
            return Optional.of("peer's identity changed");
        }
        boolean trusted = then.verdict().chain().isEmpty()
                ? then.demandedTrust().equals(fingerprint(today.trust()))
                : anchors(today).contains(then.verdict().chain().getLast());
        return trusted ? Optional.empty() : Optional.of("trust anchors changed");
    }

    /** Differs whenever what is proved with differs. The roots that we trust are no part of it. */
    static Octets fingerprint(OwnProof proof) {
        Octets what = switch (proof) {
            case OwnProof.Certificate(var credentials) -> credentials.fingerprint();
            case OwnProof.SharedKey(var ignored, var key) -> digest(key);
        };
        return digest(proof.identity().type().toString(), proof.identity().data(), what);
    }

    /** Empty for no trust of its own. */
    static Octets fingerprint(Optional<Trust> trust) {
        return switch (trust.orElse(null)) {
            case null -> Octets.EMPTY;
            case Trust.Certificates(var anchors, var ignored) ->
                digest(
                        "anchors",
                        anchors.stream()
                                .map(anchor -> Octets.wrap(anchor.getSignature()))
                                .toArray(Octets[]::new));
            case Trust.SharedKey(var key) -> digest(key);
        };
    }

    private static Octets digest(Secret key) {
        byte[] copy = key.copy();
        try {
            return digest("shared key", Octets.wrap(sha256().digest(copy)));
        } finally {
            Arrays.fill(copy, (byte) 0);
        }
    }

    private static Octets digest(String kind, Octets... parts) {
        WireWriter all = new WireWriter();
        all.octets(kind.getBytes(StandardCharsets.UTF_8));
        for (Octets part : parts) {
            all.i32(part.length()).octets(part);
        }
        return Octets.wrap(sha256().digest(all.toArray()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is not to be had from this JVM's providers", e);
        }
    }

    /** Whether the peer's certificates are on lists that came later (SIG-08). */
    static boolean revoked(Authentication then, PeerAuthentication today) {
        return today.trust().orElse(null) instanceof Trust.Certificates(var ignored, var crls)
                && new RevocationLists(crls).revoked(then.verdict().chain()).isPresent();
    }
}
