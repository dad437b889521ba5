package dev.espalier.ike.auth;

import static dev.espalier.ike.auth.CertificateForge.NOW;
import static dev.espalier.ike.auth.CertificateForge.bare;
import static dev.espalier.ike.auth.CertificateForge.ca;
import static dev.espalier.ike.auth.CertificateForge.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.auth.CertificateForge.Entity;
import dev.espalier.wire.Octets;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Good and bad chains. AUTH is right in all of them, so that it is the chain that decides. */
@Tag("SIG-07")
class CertificationPathTest {
    private static final Octets OCTETS = Octets.fromHex("cafe");
    private static final String NAME = "node-a.nodes.example";
    private static final ASN1ObjectIdentifier UNKNOWN = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final BigInteger F4 = BigInteger.valueOf(65537);

    /**
     * @param sent what the peer sends, end entity first
     * @param reason part of the refusal's reason; empty when the chain is good
     */
    record Chain(String what, List<X509Certificate> anchors, List<Entity> sent, String reason) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Chain> goodChains() {
        Entity root = ca("root").selfSigned();
        Entity middle = ca("middle", 0).issuedBy(root);
        Entity upper = ca("upper", 1).issuedBy(root);
        Entity lower = ca("lower", 0).issuedBy(upper);
        Entity permits = ca("permits").permits("nodes.example").issuedBy(root);
        Entity excludes = ca("excludes").excludes("other.example").issuedBy(root);
        Entity rootOfOne = ca("root of one level", 0).selfSigned();
        Entity rsa = rsaCa();
        return Stream.of(
                good("straight from the anchor", root, node(NAME).issuedBy(root)),
                good("one intermediate", root, node(NAME).issuedBy(middle), middle),
                good(
                        "two intermediates within their path lengths",
                        root,
                        node(NAME).issuedBy(lower),
                        upper,
                        lower),
                good("within permitted names", root, node(NAME).issuedBy(permits), permits),
                good("beside excluded names", root, node(NAME).issuedBy(excludes), excludes),
                good("anchor with path length 0", rootOfOne, node(NAME).issuedBy(rootOfOne)),
                good("anchor sent along", root, node(NAME).issuedBy(root), root),
                good(
                        "no key usages at all",
                        root,
                        node(NAME)
                                .without(Extension.keyUsage)
                                .without(Extension.extendedKeyUsage)
                                .issuedBy(root)),
                good(
                        "EKU ipsecIKE alone",
                        root,
                        node(NAME).extendedKeyUsage(KeyPurposeId.id_kp_ipsecIKE).issuedBy(root)),
                good(
                        "any EKU",
                        root,
                        node(NAME)
                                .extendedKeyUsage(KeyPurposeId.anyExtendedKeyUsage)
                                .issuedBy(root)),
                good(
                        "unknown extension that is not critical",
                        root,
                        node(NAME).with(UNKNOWN, false, DERNull.INSTANCE).issuedBy(root)),
                good(
                        "not valid for another half a minute",
                        root,
                        node(NAME).valid(NOW.plusSeconds(30), NOW.plus(HOUR)).issuedBy(root)),
                good(
                        "expired half a minute ago",
                        root,
                        node(NAME).valid(NOW.minus(HOUR), NOW.minusSeconds(30)).issuedBy(root)),
                good(
                        "under an RSA CA with PKCS #1 v1.5",
                        rsa,
                        node(NAME).signedWith("SHA384withRSA").issuedBy(rsa)),
                good(
                        "under an RSA CA with PSS",
                        rsa,
                        node(NAME).signedWith("SHA256withRSAandMGF1").issuedBy(rsa)),
                good(
                        "Ed25519 node",
                        root,
                        node(NAME).keys(CertificateForge.ed25519Key()).issuedBy(root)),
                good(
                        "RSA node",
                        root,
                        node(NAME).keys(CertificateForge.rsaKey(2048, F4)).issuedBy(root)),
                good(
                        "P-384 node",
                        root,
                        node(NAME).keys(CertificateForge.ecKey("secp384r1")).issuedBy(root)),
                good(
                        "P-521 node",
                        root,
                        node(NAME).keys(CertificateForge.ecKey("secp521r1")).issuedBy(root)));
    }

    static Stream<Chain> badChains() {
        return Stream.of(badDates(), badIssuers(), badConstraints(), badEndEntities(), badAlgorithms())
                .flatMap(s -> s);
    }

    private static Stream<Chain> badDates() {
        Entity root = ca("root").selfSigned();
        Entity oldMiddle = ca("middle").valid(NOW.minus(DAY), NOW.minus(HOUR)).issuedBy(root);
        Entity newMiddle = ca("middle").valid(NOW.plus(HOUR), NOW.plus(DAY)).issuedBy(root);
        Entity oldRoot = ca("old root").valid(NOW.minus(DAY), NOW.minus(HOUR)).selfSigned();
        Entity endingNow =
                ca("ending").valid(NOW.minus(DAY), NOW.minusSeconds(20)).issuedBy(root);
        return Stream.of(
                bad(
                        "expired",
                        root,
                        "expired at",
                        node(NAME).valid(NOW.minus(DAY), NOW.minus(HOUR)).issuedBy(root)),
                bad(
                        "expired beyond the skew",
                        root,
                        "expired at",
                        node(NAME).valid(NOW.minus(DAY), NOW.minusSeconds(61)).issuedBy(root)),
                bad(
                        "not yet valid",
                        root,
                        "not valid before",
                        node(NAME).valid(NOW.plus(HOUR), NOW.plus(DAY)).issuedBy(root)),
                bad(
                        "not yet valid beyond the skew",
                        root,
                        "not valid before",
                        node(NAME).valid(NOW.plusSeconds(61), NOW.plus(DAY)).issuedBy(root)),
                bad(
                        "expired intermediate",
                        root,
                        "CN=middle' (serial",
                        node(NAME).issuedBy(oldMiddle),
                        oldMiddle),
                bad(
                        "intermediate not yet valid",
                        root,
                        "not valid before",
                        node(NAME).issuedBy(newMiddle),
                        newMiddle),
                bad("expired anchor", oldRoot, "trust anchor", node(NAME).issuedBy(oldRoot)),
                bad(
                        "skew used on both sides at once",
                        root,
                        "never valid at the same time",
                        node(NAME).valid(NOW.plusSeconds(20), NOW.plus(HOUR)).issuedBy(endingNow),
                        endingNow));
    }

    private static Stream<Chain> badIssuers() {
        Entity root = ca("root").selfSigned();
        Entity namesake = ca("root").selfSigned();
        Entity other = ca("other").selfSigned();
        Entity middle = ca("middle").issuedBy(root);
        Entity stranger = ca("middle").issuedBy(other);
        Entity nodeAsIssuer = node("node-b").issuedBy(root);
        Entity pretending = node("node-b")
                .keyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign)
                .issuedBy(root);
        Entity noSign = bare("CN=no sign")
                .with(Extension.basicConstraints, true, new BasicConstraints(true))
                .keyUsage(KeyUsage.cRLSign)
                .issuedBy(root);
        Entity noConstraints =
                bare("CN=no constraints").keyUsage(KeyUsage.keyCertSign).issuedBy(root);
        Entity noCaAnchor = bare("CN=no CA").selfSigned();
        return Stream.of(
                bad("wrong CA", root, "is no trust anchor", node(NAME).issuedBy(other)),
                bad(
                        "wrong CA, sent along",
                        root,
                        "is no trust anchor",
                        node(NAME).issuedBy(other),
                        other),
                bad("another CA of the same name", root, "signature", node(NAME).issuedBy(namesake)),
                bad(
                        "another CA of the same name, sent along",
                        root,
                        "signature",
                        node(NAME).issuedBy(namesake),
                        namesake),
                bad("self-signed", root, "is no trust anchor", node(NAME).selfSigned()),
                bad(
                        "intermediate missing",
                        root,
                        "is no trust anchor",
                        node(NAME).issuedBy(middle)),
                bad(
                        "intermediate of another root",
                        root,
                        "is no trust anchor",
                        node(NAME).issuedBy(stranger),
                        stranger),
                bad(
                        "intermediate with the right name and another key",
                        root,
                        "signature",
                        node(NAME).issuedBy(stranger),
                        middle),
                bad("issued by a node", root, "keyCertSign", node(NAME).issuedBy(nodeAsIssuer), nodeAsIssuer),
                bad(
                        "issued by a node that may sign certificates but is no CA",
                        root,
                        "basic constraints",
                        node(NAME).issuedBy(pretending),
                        pretending),
                bad(
                        "issued by a CA that may not sign certificates",
                        root,
                        "keyCertSign",
                        node(NAME).issuedBy(noSign),
                        noSign),
                bad(
                        "issuer without basic constraints",
                        root,
                        "basic constraints",
                        node(NAME).issuedBy(noConstraints),
                        noConstraints),
                bad("anchor that is no CA", noCaAnchor, "is no CA", node(NAME).issuedBy(noCaAnchor)),
                new Chain("no anchors", List.of(), List.of(node(NAME).issuedBy(root)), "is no trust anchor"));
    }

    private static Stream<Chain> badConstraints() {
        Entity root = ca("root").selfSigned();
        Entity zero = ca("zero", 0).issuedBy(root);
        Entity below = ca("below").issuedBy(zero);
        Entity shortRoot = ca("short root", 0).selfSigned();
        Entity underShort = ca("under").issuedBy(shortRoot);
        Entity permits = ca("permits").permits("other.example").issuedBy(root);
        Entity excludes = ca("excludes").excludes("nodes.example").issuedBy(root);
        Entity excludesExactly = ca("excludes").excludes(NAME).issuedBy(root);
        Entity noAddresses = ca("no addresses")
                .excludes(new GeneralName(GeneralName.iPAddress, "10.0.0.0/8"))
                .issuedBy(root);
        Entity under = ca("under").issuedBy(excludes);
        Entity excludingRoot = ca("excluding root").excludes("nodes.example").selfSigned();
        Entity permittingRoot = ca("permitting root").permits("other.example").selfSigned();
        return Stream.of(
                bad(
                        "path longer than an intermediate allows",
                        root,
                        "pathLenConstraint",
                        node(NAME).issuedBy(below),
                        zero,
                        below),
                bad(
                        "path longer than the anchor allows",
                        shortRoot,
                        "longer than trust anchor",
                        node(NAME).issuedBy(underShort),
                        underShort),
                bad(
                        "outside of permitted names",
                        root,
                        "name constraints",
                        node(NAME).issuedBy(permits),
                        permits),
                bad(
                        "within excluded names",
                        root,
                        "name constraints",
                        node(NAME).issuedBy(excludes),
                        excludes),
                bad(
                        "excluded by its full name",
                        root,
                        "name constraints",
                        node(NAME).issuedBy(excludesExactly),
                        excludesExactly),
                bad(
                        "excluded in other case",
                        root,
                        "name constraints",
                        node("Node-A.NODES.example").issuedBy(excludes),
                        excludes),
                bad(
                        "excluded by one of two names",
                        root,
                        "name constraints",
                        node(NAME)
                                .names(dns("free.example"), dns("b.nodes.example"), dns(NAME))
                                .issuedBy(excludes),
                        excludes),
                bad(
                        "excluded by its address",
                        root,
                        "name constraints",
                        node(NAME)
                                .names(dns(NAME), new GeneralName(GeneralName.iPAddress, "10.1.2.3"))
                                .issuedBy(noAddresses),
                        noAddresses),
                bad("excluded further up", root, "name constraints", node(NAME).issuedBy(under), under, excludes),
                bad(
                        "excluded by the anchor",
                        excludingRoot,
                        "name constraints",
                        node(NAME).issuedBy(excludingRoot)),
                bad(
                        "not permitted by the anchor",
                        permittingRoot,
                        "name constraints",
                        node(NAME).issuedBy(permittingRoot)));
    }

    private static Stream<Chain> badEndEntities() {
        Entity root = ca("root").selfSigned();
        Entity unknownMiddle =
                ca("middle").with(UNKNOWN, true, DERNull.INSTANCE).issuedBy(root);
        return Stream.of(
                bad(
                        "key usage without digital signature",
                        root,
                        "key usage",
                        node(NAME).keyUsage(KeyUsage.keyAgreement).issuedBy(root)),
                bad(
                        "EKU for code signing",
                        root,
                        "extended key usage",
                        node(NAME)
                                .extendedKeyUsage(KeyPurposeId.id_kp_codeSigning)
                                .issuedBy(root)),
                bad(
                        "unknown critical extension",
                        root,
                        "critical",
                        node(NAME).with(UNKNOWN, true, DERNull.INSTANCE).issuedBy(root)),
                bad(
                        "unknown critical extension of an intermediate",
                        root,
                        "critical",
                        node(NAME).issuedBy(unknownMiddle),
                        unknownMiddle),
                bad(
                        "a CA as end entity",
                        root,
                        "is a CA",
                        node(NAME)
                                .with(Extension.basicConstraints, true, new BasicConstraints(true))
                                .issuedBy(root)));
    }

    private static Stream<Chain> badAlgorithms() {
        Entity root = ca("root").selfSigned();
        Entity rsa = rsaCa();
        Entity weakCa = ca("weak").keys(CertificateForge.rsaKey(1024, F4)).issuedBy(root);
        return Stream.of(
                bad(
                        "signed with SHA-1",
                        root,
                        "SHA1withECDSA",
                        node(NAME).signedWith("SHA1withECDSA").issuedBy(root)),
                bad(
                        "signed with SHA-1 and RSA",
                        rsa,
                        "SHA1withRSA",
                        node(NAME).signedWith("SHA1withRSA").issuedBy(rsa)),
                bad(
                        "signed with SHA-224",
                        root,
                        "SHA224withECDSA",
                        node(NAME).signedWith("SHA224withECDSA").issuedBy(root)),
                bad(
                        "signed with PSS on SHA-1",
                        rsa,
                        "not accepted",
                        node(NAME).signedWith("SHA1withRSAandMGF1").issuedBy(rsa)),
                bad(
                        "RSA of 1024 bits",
                        root,
                        "RSA key of 1024 bits",
                        node(NAME).keys(CertificateForge.rsaKey(1024, F4)).issuedBy(root)),
                bad(
                        "RSA with exponent 3",
                        root,
                        "degenerate exponent",
                        node(NAME)
                                .keys(CertificateForge.rsaKey(2048, BigInteger.valueOf(3)))
                                .issuedBy(root)),
                bad(
                        "intermediate of 1024 bits",
                        root,
                        "RSA key of 1024 bits",
                        node(NAME).signedWith("SHA256withRSA").issuedBy(weakCa),
                        weakCa));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void goodChains(Chain chain) {
        assertThat(verdict(chain)).isInstanceOf(PeerVerdict.Authenticated.class);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void badChains(Chain chain) {
        assertThat(verdict(chain))
                .isInstanceOfSatisfying(
                        PeerVerdict.Refused.class,
                        refused -> assertThat(refused.reason()).contains(chain.reason()));
    }

    @Test
    void anIntermediateAsAnchorIsTrustedAndItsRootIsNot() {
        Entity root = ca("root").selfSigned();
        Entity middle = ca("middle").issuedBy(root);
        Entity sibling = ca("sibling").issuedBy(root);
        assertThat(verdict(good("under the anchor", middle, node(NAME).issuedBy(middle))))
                .isInstanceOf(PeerVerdict.Authenticated.class);
        assertThat(verdict(good("beside the anchor", middle, node(NAME).issuedBy(sibling), sibling, root)))
                .isInstanceOf(PeerVerdict.Refused.class);
    }

    @Test
    void twoAnchorsOfOneNameBothCountWhileACaRolls() {
        Entity oldRoot = ca("root").selfSigned();
        Entity newRoot = ca("root").selfSigned();
        List<X509Certificate> both = List.of(oldRoot.certificate(), newRoot.certificate());
        assertThat(verdict(new Chain("old", both, List.of(node(NAME).issuedBy(oldRoot)), "")))
                .isInstanceOf(PeerVerdict.Authenticated.class);
        assertThat(verdict(new Chain("new", both, List.of(node(NAME).issuedBy(newRoot)), "")))
                .isInstanceOf(PeerVerdict.Authenticated.class);
    }

    @Test
    void certificatesThatAllNameOneAnotherAsIssuerAreGivenUpInTime() {
        // Given: seven CAs of one name, none of which the anchor signed, and a node under that name
        Entity root = ca("loop").selfSigned();
        List<Entity> sent = new ArrayList<>();
        Entity stranger = ca("loop").selfSigned();
        sent.add(node(NAME).issuedBy(stranger));
        for (int i = 0; i < 7; i++) {
            sent.add(ca("loop").issuedBy(stranger));
        }
        Instant start = Instant.now();

        PeerVerdict verdict = verdict(new Chain("loop", List.of(root.certificate()), sent, ""));

        assertThat(verdict)
                .isInstanceOfSatisfying(
                        PeerVerdict.Refused.class,
                        refused -> assertThat(refused.reason()).contains("gave up"));
        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(5));
    }

    private static PeerVerdict verdict(Chain chain) {
        Entity peer = chain.sent().getFirst();
        // RSA of 1024 bits cannot make an AUTH at all; the chain has to be refused before anyone looks at it.
        var signer = PublicKeyRules.problem(peer.certificate().getPublicKey()).isEmpty()
                ? peer
                : node(NAME).selfSigned();
        PeerProof proof = new PeerProof(
                Identity.fqdn(NAME),
                Proofs.payloads(chain.sent().toArray(Entity[]::new)),
                Proofs.sign(signer, OCTETS),
                OCTETS);
        return new PeerAuthenticator(chain.anchors(), Set.of()).authenticate(Identity.fqdn(NAME), proof, NOW);
    }

    private static GeneralName dns(String name) {
        return new GeneralName(GeneralName.dNSName, name);
    }

    private static Entity rsaCa() {
        return ca("RSA root")
                .keys(CertificateForge.rsaKey(2048, F4))
                .signedWith("SHA256withRSA")
                .selfSigned();
    }

    private static Chain good(String what, Entity anchor, Entity... sent) {
        return new Chain(what, List.of(anchor.certificate()), List.of(sent), "");
    }

    private static Chain bad(String what, Entity anchor, String reason, Entity... sent) {
        return new Chain(what, List.of(anchor.certificate()), List.of(sent), reason);
    }
}
