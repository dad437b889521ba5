package dev.espalier.ike.exchange;

import dev.espalier.ike.LocalCredentials;
import dev.espalier.ike.PeerAuthentication.OwnProof;
import dev.espalier.ike.auth.AuthOctets;
import dev.espalier.ike.auth.AuthSigner;
import dev.espalier.ike.auth.Identity;
import dev.espalier.ike.auth.PeerAuthenticator;
import dev.espalier.ike.auth.PeerProof;
import dev.espalier.ike.auth.PeerVerdict;
import dev.espalier.ike.auth.SharedKeyAuth;
import dev.espalier.ike.auth.Signing;
import dev.espalier.ike.auth.TrustAnchors;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.message.CertEncoding;
import dev.espalier.ike.message.IdType;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * IKE_AUTH with certificates or shared keys (RFC 7296 1.2, 2.15), both halves; each end has its own method.
 *
 * <pre>
 *   SK{IDi, [CERT+,] [N(INITIAL_CONTACT),] [CERTREQ,] IDr, AUTH, SAi2, TSi, TSr}  --&gt;
 *                 &lt;--  SK{IDr, [CERT+,] AUTH, SAr2, TSi, TSr}
 * </pre>
 */
public final class AuthExchange {
    private AuthExchange() {}

    /** How a peer's half is checked. */
    public sealed interface PeerCheck {
        record ByCertificate(PeerAuthenticator authenticator) implements PeerCheck {}

        record BySharedKey(Secret key) implements PeerCheck {}
    }

    /** Our own half. */
    public sealed interface Proof {
        record Ready(List<Payload> payloads) implements Proof {
            public Ready {
                payloads = List.copyOf(payloads);
            }
        }

        /** @param reason for operators */
        record Impossible(String reason) implements Proof {}
    }

    /**
     * The initiator's request.
     *
     * @param peer whom we want to talk to, as IDr unless that is a distinguished name
     * @param anchors of certificates that we accept from it; empty when it proves itself by a shared key
     * @param child what the request holds for the first child SA
     */
    public static Proof request(
            InitResult init,
            OwnProof own,
            Identity peer,
            List<X509Certificate> anchors,
            boolean initialContact,
            List<Payload> child,
            SecureRandom random) {
        List<Payload> more = new ArrayList<>();
        if (initialContact) {
            more.add(Payload.Notify.of(NotifyType.INITIAL_CONTACT));
        }
        if (!anchors.isEmpty()) {
            more.add(new Payload.CertificateRequest(CertEncoding.X509_SIGNATURE, TrustAnchors.authorities(anchors)));
        }
        // A distinguished name has many encodings (RFC 5280 7.1), and which one the peer's certificate has, we don't
        // know yet.
        if (!peer.type().equals(IdType.ID_DER_ASN1_DN)) {
            more.add(peer.payload(false));
        }
        more.addAll(child);
        return prove(init, true, own, more, random);
    }

    /**
     * The responder's response.
     *
     * @param child what the response holds for the first child SA
     */
    public static Proof response(InitResult init, OwnProof own, List<Payload> child, SecureRandom random) {
        return prove(init, false, own, child, random);
    }

    /**
     * Whether the peer is who it has to be.
     *
     * @param peerInitiated whether {@code message} is the initiator's request
     */
    public static PeerVerdict verify(
            InitResult init, boolean peerInitiated, Message message, Identity expected, PeerCheck check, Instant now) {
        Optional<Payload.Identification> id = message.identification(peerInitiated);
        Optional<Payload.Authentication> auth = message.first(Payload.Authentication.class);
        if (id.isEmpty() || auth.isEmpty()) {
            return new PeerVerdict.Refused(
                    "peer sent no " + (id.isEmpty() ? "identity" : "AUTH (EAP is not accepted)"));
        }
        PeerProof proof = new PeerProof(
                Identity.of(id.get()),
                message.all(Payload.Certificate.class),
                auth.get(),
                authOctets(init, peerInitiated, id.get()),
                !init.peerHashes().isEmpty());
        return switch (check) {
            case PeerCheck.ByCertificate(PeerAuthenticator authenticator) ->
                authenticator.authenticate(expected, proof, now);
            case PeerCheck.BySharedKey(Secret key) ->
                SharedKeyAuth.authenticate(expected, proof, init.keys().prf(), key);
        };
    }

    private static Proof prove(
            InitResult init, boolean initiator, OwnProof own, List<Payload> more, SecureRandom random) {
        Payload.Identification id = own.identity().payload(initiator);
        Octets octets = authOctets(init, initiator, id);
        return switch (own) {
            case OwnProof.Certificate(LocalCredentials credentials) ->
                sign(init, credentials, id, octets, more, random);
            case OwnProof.SharedKey(Identity ignored, Secret key) -> {
                List<Payload> payloads = new ArrayList<>();
                payloads.add(id);
                payloads.add(SharedKeyAuth.sign(init.keys().prf(), key, octets));
                payloads.addAll(more);
                yield new Proof.Ready(payloads);
            }
        };
    }

    private static Proof sign(
            InitResult init,
            LocalCredentials own,
            Payload.Identification id,
            Octets octets,
            List<Payload> more,
            SecureRandom random) {
        Signing signing =
                AuthSigner.sign(own.key(), own.chain().getFirst().getPublicKey(), init.peerHashes(), octets, random);
        return switch (signing) {
            case Signing.Refused(String reason) -> new Proof.Impossible(reason);
            case Signing.Signed(Payload.Authentication auth) -> {
                try {
                    List<Payload> payloads = new ArrayList<>();
                    payloads.add(id);
                    for (X509Certificate certificate : own.chain()) {
                        payloads.add(new Payload.Certificate(
                                CertEncoding.X509_SIGNATURE, Octets.wrap(certificate.getEncoded())));
                    }
                    payloads.add(auth);
                    payloads.addAll(more);
                    yield new Proof.Ready(payloads);
                } catch (CertificateEncodingException e) {
                    yield new Proof.Impossible("own certificate cannot be encoded: " + e.getMessage());
                }
            }
        };
    }

    private static Octets authOctets(InitResult init, boolean initiator, Payload.Identification id) {
        Secret skP = initiator ? init.keys().keys().skPi() : init.keys().keys().skPr();
        return AuthOctets.of(
                initiator ? init.request() : init.response(),
                initiator ? init.nonceResponder() : init.nonceInitiator(),
                init.keys().prf(),
                skP,
                id.body(),
                init.intAuth().octets());
    }
}
