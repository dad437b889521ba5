package dev.espalier.ike.auth;

import dev.espalier.ike.message.IdType;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;

/** Whether an identity is one that a certificate vouches for (RFC 4945 3.1, IKE-48). The subject's common name vouches for nothing. */
final class IdentityBinding {
    private static final int SAN_EMAIL = 1;
    private static final int SAN_DNS = 2;
    private static final int SAN_ADDRESS = 7;

    private IdentityBinding() {}

    /** See {@link Identity#matches}. */
    static boolean same(Identity a, Identity b) {
        if (!a.type().equals(b.type())) {
            return false;
        }
        if (a.type().equals(IdType.ID_FQDN)) {
            return lower(text(a)).equals(lower(text(b)));
        }
        if (a.type().equals(IdType.ID_RFC822_ADDR)) {
            return mail(text(a)).equals(mail(text(b)));
        }
        if (a.type().equals(IdType.ID_DER_ASN1_DN)) {
            Optional<X500Principal> one = distinguishedName(a.data());
            Optional<X500Principal> other = distinguishedName(b.data());
            return a.data().equals(b.data())
                    || (one.isPresent()
                            && other.isPresent()
                            && (one.equals(other) || one.get().equals(reversed(other.get()))));
        }
        return a.data().equals(b.data());
    }

    /** RFC 4514 writes the last RDN first, openssl and strongSwan the first: either is what somebody may have configured. */
    private static X500Principal reversed(X500Principal name) {
        List<RDN> rdns = Arrays.asList(X500Name.getInstance(name.getEncoded()).getRDNs());
        Collections.reverse(rdns);
        try {
            return new X500Principal(new X500Name(rdns.toArray(RDN[]::new)).getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException("to octets that came from octets", e);
        }
    }

    /** Empty when {@code der} is no distinguished name, or not in its one encoding. */
    static Optional<X500Principal> distinguishedName(Octets der) {
        try {
            X500Principal name = new X500Principal(der.toArray());
            return Octets.wrap(name.getEncoded()).equals(der) ? Optional.of(name) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static boolean binds(X509Certificate certificate, Identity identity) {
        IdType type = identity.type();
        if (type.equals(IdType.ID_FQDN)) {
            String wanted = lower(text(identity));
            return names(certificate, SAN_DNS).stream()
                    .anyMatch(name -> lower(name).equals(wanted));
        }
        if (type.equals(IdType.ID_RFC822_ADDR)) {
            String wanted = mail(text(identity));
            return names(certificate, SAN_EMAIL).stream()
                    .anyMatch(name -> mail(name).equals(wanted));
        }
        if (type.equals(IdType.ID_IPV4_ADDR)) {
            return bindsAddress(certificate, identity.data(), 4);
        }
        if (type.equals(IdType.ID_IPV6_ADDR)) {
            return bindsAddress(certificate, identity.data(), 16);
        }
        return type.equals(IdType.ID_DER_ASN1_DN)
                // An end may encode the name itself and not as its CA did (RFC 5280 7.1).
                && distinguishedName(identity.data())
                        .filter(certificate.getSubjectX500Principal()::equals)
                        .isPresent();
    }

    private static boolean bindsAddress(X509Certificate certificate, Octets data, int length) {
        if (data.length() != length) {
            return false;
        }
        IpAddress address = IpAddress.of(data);
        return names(certificate, SAN_ADDRESS).stream().map(IpAddress::parse).anyMatch(address::equals);
    }

    private static List<String> names(X509Certificate certificate, int type) {
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            return all == null
                    ? List.of()
                    : all.stream()
                            .filter(name -> name.getFirst().equals(type) && name.get(1) instanceof String)
                            .map(name -> (String) name.get(1))
                            .toList();
        } catch (CertificateParsingException e) {
            // CertificateDecoder has parsed this before; without names nothing is bound.
            return List.of();
        }
    }

    private static String text(Identity identity) {
        return new String(identity.data().toArray(), StandardCharsets.ISO_8859_1);
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** RFC 5280 7.5: the local part as it is, the host without regard to case. */
    private static String mail(String address) {
        int at = address.lastIndexOf('@');
        return at < 0 ? address : address.substring(0, at) + lower(address.substring(at));
    }
}
