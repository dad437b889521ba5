package dev.espalier.ike.auth;

import static dev.espalier.ike.auth.CertificateForge.NOW;
import static dev.espalier.ike.auth.CertificateForge.ca;
import static dev.espalier.ike.auth.CertificateForge.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.auth.CertificateForge.Entity;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("SIG-08")
class RevocationListsTest {
    private static final Duration SKEW = Duration.ofMinutes(1);
    private static final Instant TOMORROW = NOW.plus(Duration.ofDays(1));

    private final Entity root = ca("root").selfSigned();
    private final Entity middle = ca("middle").issuedBy(root);
    private final Entity nodeA = node("node-a").issuedBy(middle);
    private final List<X509Certificate> chain = List.of(nodeA.certificate(), middle.certificate(), root.certificate());

    @Test
    void withoutListsAllIsWell() {
        assertThat(RevocationLists.NONE.problem(chain, NOW, SKEW)).isEmpty();
    }

    @Test
    void aCurrentListThatNamesNoneOfTheChainIsNoProblem() throws Exception {
        Entity other = node("other").issuedBy(middle);
        RevocationLists lists = new RevocationLists(
                List.of(list(middle, NOW, TOMORROW, false, other), list(root, NOW, TOMORROW, false)));
        assertThat(lists.problem(chain, NOW, SKEW)).isEmpty();
        assertThat(lists.revoked(chain)).isEmpty();
    }

    @Test
    void aNamedEndEntityAndANamedIntermediateAreRefused() throws Exception {
        assertThat(new RevocationLists(List.of(list(middle, NOW, TOMORROW, false, nodeA))).problem(chain, NOW, SKEW))
                .hasValueSatisfying(
                        reason -> assertThat(reason).contains("CN=node-a").contains("is revoked"));
        assertThat(new RevocationLists(List.of(list(root, NOW, TOMORROW, false, middle))).problem(chain, NOW, SKEW))
                .hasValueSatisfying(
                        reason -> assertThat(reason).contains("CN=middle").contains("is revoked"));
    }

    @Test
    void anOutdatedListStillRevokesAndProvesNothingElse() throws Exception {
        Instant yesterday = NOW.minus(Duration.ofDays(1));
        X509CRL old = list(middle, yesterday, yesterday.plus(Duration.ofHours(1)), false);
        assertThat(new RevocationLists(List.of(old)).problem(chain, NOW, SKEW))
                .hasValueSatisfying(reason -> assertThat(reason).contains("out of date since"));
        assertThat(new RevocationLists(List.of(old, list(middle, NOW, TOMORROW, false))).problem(chain, NOW, SKEW))
                .isEmpty();
        X509CRL naming = list(middle, yesterday, yesterday.plus(Duration.ofHours(1)), false, nodeA);
        assertThat(new RevocationLists(List.of(naming, list(middle, NOW, TOMORROW, false))).revoked(chain))
                .contains(nodeA.certificate());
    }

    @Test
    void aListFromTheFutureOrWithUnknownCriticalExtensionsIsNotCurrent() throws Exception {
        assertThat(new RevocationLists(List.of(list(middle, TOMORROW, TOMORROW, false))).problem(chain, NOW, SKEW))
                .hasValueSatisfying(reason -> assertThat(reason).contains("from the future"));
        assertThat(new RevocationLists(List.of(list(middle, NOW, TOMORROW, true))).problem(chain, NOW, SKEW))
                .hasValueSatisfying(reason -> assertThat(reason).contains("critical extensions"));
    }

    @Test
    void aListOfAnotherCaOfTheSameNameSaysNothing() throws Exception {
        Entity impostor = ca("middle").issuedBy(root);
        assertThat(new RevocationLists(List.of(list(impostor, NOW, TOMORROW, false, nodeA))).problem(chain, NOW, SKEW))
                .isEmpty();
    }

    @Test
    void aListOfACaThatMayNotSignListsSaysNothing() throws Exception {
        Entity mute = ca("mute").keyUsage(KeyUsage.keyCertSign).issuedBy(root);
        Entity node = node("node-b").issuedBy(mute);
        assertThat(new RevocationLists(List.of(list(mute, NOW, TOMORROW, false, node)))
                        .problem(List.of(node.certificate(), mute.certificate(), root.certificate()), NOW, SKEW))
                .isEmpty();
    }

    @Test
    void thePeerAuthenticatorHeedsThem() throws Exception {
        var octets = dev.espalier.wire.Octets.fromHex("00");
        PeerProof proof = new PeerProof(
                Identity.fqdn("node-a"), Proofs.payloads(nodeA, middle), Proofs.sign(nodeA, octets), octets);
        List<X509Certificate> anchors = List.of(root.certificate());
        var good = new RevocationLists(List.of(list(middle, NOW, TOMORROW, false)));
        var bad = new RevocationLists(List.of(list(middle, NOW, TOMORROW, false, nodeA)));
        assertThat(new PeerAuthenticator(anchors, Set.of(), good, SKEW)
                        .authenticate(Identity.fqdn("node-a"), proof, NOW))
                .isInstanceOf(PeerVerdict.Authenticated.class);
        assertThat(new PeerAuthenticator(anchors, Set.of(), bad, SKEW)
                        .authenticate(Identity.fqdn("node-a"), proof, NOW))
                .isInstanceOf(PeerVerdict.Refused.class);
    }

    private static X509CRL list(Entity issuer, Instant from, Instant to, boolean odd, Entity... revoked)
            throws Exception {
        X509v2CRLBuilder builder = new JcaX509v2CRLBuilder(issuer.certificate(), Date.from(from));
        builder.setNextUpdate(Date.from(to));
        for (Entity entity : revoked) {
            builder.addCRLEntry(entity.certificate().getSerialNumber(), Date.from(from), CRLReason.keyCompromise);
        }
        if (odd) {
            builder.addExtension(Extension.deltaCRLIndicator, true, new CRLNumber(java.math.BigInteger.ONE));
        }
        return new JcaX509CRLConverter()
                .getCRL(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.key())));
    }
}
