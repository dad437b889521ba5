package dev.espalier.ike.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.auth.CertificateForge.Entity;
import dev.espalier.ike.message.IdType;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("IKE-48")
class IdentityBindingTest {
    private final Entity root = CertificateForge.ca("root").selfSigned();
    private final X509Certificate certificate = CertificateForge.node("node-a")
            .names(
                    new GeneralName(GeneralName.dNSName, "node-a"),
                    new GeneralName(GeneralName.dNSName, "*.wild.example"),
                    new GeneralName(GeneralName.iPAddress, "192.0.2.5"),
                    new GeneralName(GeneralName.iPAddress, "2001:db8::5"),
                    new GeneralName(GeneralName.rfc822Name, "Ops@Example.org"))
            .issuedBy(root)
            .certificate();

    @Test
    void bindsNamesInTheSubjectAlternativeNameWhateverTheirCase() {
        assertThat(IdentityBinding.binds(certificate, Identity.fqdn("node-a"))).isTrue();
        assertThat(IdentityBinding.binds(certificate, Identity.fqdn("NODE-a"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"node-b", "node-a.", "node-", "x.node-a", "a.wild.example", "wild.example", "", "node-a\0"})
    void bindsNoOtherName(String name) {
        assertThat(IdentityBinding.binds(certificate, Identity.fqdn(name))).isFalse();
    }

    @Test
    void aCommonNameVouchesForNothing() {
        X509Certificate noNames = CertificateForge.node("node-a")
                .without(Extension.subjectAlternativeName)
                .issuedBy(root)
                .certificate();
        assertThat(IdentityBinding.binds(noNames, Identity.fqdn("node-a"))).isFalse();
    }

    @Test
    void bindsAddresses() {
        assertThat(IdentityBinding.binds(certificate, address("192.0.2.5"))).isTrue();
        assertThat(IdentityBinding.binds(certificate, address("192.0.2.6"))).isFalse();
        assertThat(IdentityBinding.binds(certificate, address("2001:db8::5"))).isTrue();
        assertThat(IdentityBinding.binds(certificate, address("2001:db8::6"))).isFalse();
        Octets short4 = Octets.fromHex("c00002");
        assertThat(IdentityBinding.binds(certificate, new Identity(IdType.ID_IPV4_ADDR, short4)))
                .isFalse();
        Octets v4asV6 = IpAddress.parse("192.0.2.5").toOctets();
        assertThat(IdentityBinding.binds(certificate, new Identity(IdType.ID_IPV6_ADDR, v4asV6)))
                .isFalse();
    }

    @Test
    void bindsMailAddressesWithTheLocalPartAsItIs() {
        assertThat(IdentityBinding.binds(certificate, text(IdType.ID_RFC822_ADDR, "Ops@example.ORG")))
                .isTrue();
        assertThat(IdentityBinding.binds(certificate, text(IdType.ID_RFC822_ADDR, "ops@example.org")))
                .isFalse();
    }

    @Test
    void bindsTheWholeSubjectAndNoOther() {
        Octets subject = Octets.wrap(certificate.getSubjectX500Principal().getEncoded());
        Octets other = Octets.wrap(new X500Principal("O=espalier:nodes, CN=node-b").getEncoded());
        assertThat(IdentityBinding.binds(certificate, new Identity(IdType.ID_DER_ASN1_DN, subject)))
                .isTrue();
        assertThat(IdentityBinding.binds(certificate, new Identity(IdType.ID_DER_ASN1_DN, other)))
                .isFalse();
    }

    @Test
    void aNameIsBoundAsNoOtherType() {
        for (IdType type : List.of(IdType.ID_KEY_ID, IdType.ID_NULL, IdType.ID_RFC822_ADDR, IdType.ID_DER_ASN1_GN)) {
            assertThat(IdentityBinding.binds(certificate, text(type, "node-a")))
                    .as("%s", type)
                    .isFalse();
        }
    }

    @Test
    void thePeerHasToClaimWhoItIsExpectedToBe() {
        // Given: node-b with a perfectly good certificate of its own
        Entity nodeB = CertificateForge.node("node-b").issuedBy(root);
        Octets octets = Octets.fromHex("00");
        PeerAuthenticator authenticator = new PeerAuthenticator(List.of(root.certificate()), Set.of());
        PeerProof asItself =
                new PeerProof(Identity.fqdn("node-b"), Proofs.payloads(nodeB), Proofs.sign(nodeB, octets), octets);
        PeerProof asNodeA =
                new PeerProof(Identity.fqdn("node-a"), Proofs.payloads(nodeB), Proofs.sign(nodeB, octets), octets);

        assertThat(authenticator.authenticate(Identity.fqdn("node-a"), asItself, CertificateForge.NOW))
                .isInstanceOfSatisfying(
                        PeerVerdict.Refused.class,
                        refused -> assertThat(refused.reason()).contains("instead of"));
        assertThat(authenticator.authenticate(Identity.fqdn("node-a"), asNodeA, CertificateForge.NOW))
                .isInstanceOfSatisfying(
                        PeerVerdict.Refused.class,
                        refused -> assertThat(refused.reason()).contains("does not vouch for"));
        assertThat(authenticator.authenticate(Identity.fqdn("node-b"), asItself, CertificateForge.NOW))
                .isInstanceOf(PeerVerdict.Authenticated.class);
    }

    @Test
    void comparesExpectedAndClaimedByTheRulesOfTheirType() {
        assertThat(IdentityBinding.same(Identity.fqdn("node-a"), Identity.fqdn("Node-A")))
                .isTrue();
        assertThat(IdentityBinding.same(Identity.fqdn("node-a"), text(IdType.ID_KEY_ID, "node-a")))
                .isFalse();
        assertThat(IdentityBinding.same(text(IdType.ID_KEY_ID, "a"), text(IdType.ID_KEY_ID, "A")))
                .isFalse();
    }

    private static Identity address(String text) {
        IpAddress address = IpAddress.parse(text);
        return new Identity(address.v6() ? IdType.ID_IPV6_ADDR : IdType.ID_IPV4_ADDR, address.toOctets());
    }

    private static Identity text(IdType type, String text) {
        return new Identity(type, Octets.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }
}
