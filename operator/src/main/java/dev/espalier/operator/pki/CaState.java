package dev.espalier.operator.pki;

import dev.espalier.crds.v1alpha1.RollStage;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The CA and how far its replacement has come. The stage is what is there, so the two cannot disagree, and one write of one object is a
 * whole step: an operator that dies between any two lines goes on from what it finds (CSR-07).
 *
 * <pre>
 *   SETTLED             current
 *      │ introduce
 *   TRUST_NEW           current, next            next is a trust anchor and signs nothing
 *      │ use next
 *   USE_NEW             current (was next), previous certificate; the previous key is gone
 *      │ drop previous
 *   SETTLED             current                  (DROP_OLD until every agent has reported it)
 * </pre>
 */
final class CaState {
    private final CertificateAuthority current;
    private final Optional<CertificateAuthority> next;
    private final Optional<X509Certificate> previous;

    /** @throws IllegalArgumentException when there is both a next and a previous one */
    CaState(CertificateAuthority current, Optional<CertificateAuthority> next, Optional<X509Certificate> previous) {
        if (next.isPresent() && previous.isPresent()) {
            throw new IllegalArgumentException(
                    "has both a next and a previous CA; a roll has only one of them at a time");
        }
        this.current = current;
        this.next = next;
        this.previous = previous;
    }

    static CaState settled(CertificateAuthority authority) {
        return new CaState(authority, Optional.empty(), Optional.empty());
    }

    /** The one that signs. */
    CertificateAuthority current() {
        return current;
    }

    Optional<CertificateAuthority> next() {
        return next;
    }

    Optional<X509Certificate> previous() {
        return previous;
    }

    /** Without {@link RollStage#DROP_OLD}, which only the nodes' reports tell from settled. */
    RollStage stage() {
        if (next.isPresent()) {
            return RollStage.TRUST_NEW;
        }
        return previous.isPresent() ? RollStage.USE_NEW : RollStage.SETTLED;
    }

    /** What nodes have to trust: the one that signs first, by which agents know whether their certificate is of it. */
    List<X509Certificate> anchors() {
        List<X509Certificate> anchors = new ArrayList<>();
        anchors.add(current.certificate());
        next.ifPresent(authority -> anchors.add(authority.certificate()));
        previous.ifPresent(anchors::add);
        return List.copyOf(anchors);
    }

    CaState introducing(CertificateAuthority successor) {
        requireStage(RollStage.SETTLED);
        return new CaState(current, Optional.of(successor), Optional.empty());
    }

    CaState usingNext() {
        return new CaState(
                next.orElseThrow(() -> new IllegalStateException("there is no next CA to use")),
                Optional.empty(),
                Optional.of(current.certificate()));
    }

    CaState droppingPrevious() {
        requireStage(RollStage.USE_NEW);
        return settled(current);
    }

    private void requireStage(RollStage stage) {
        if (stage() != stage) {
            throw new IllegalStateException("the CA's roll is at " + stage() + ", not at " + stage);
        }
    }
}
