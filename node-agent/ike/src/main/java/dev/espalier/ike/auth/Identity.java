package dev.espalier.ike.auth;

import dev.espalier.ike.message.IdType;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.security.auth.x500.X500Principal;

/**
 * Content of an ID payload (RFC 7296 3.5).
 *
 * @param type ID Type
 * @param data Identification Data
 */
public record Identity(IdType type, Octets data) implements Comparable<Identity> {
    public static Identity fqdn(String name) {
        return new Identity(IdType.ID_FQDN, Octets.wrap(name.getBytes(StandardCharsets.US_ASCII)));
    }

    /**
     * As configuration writes it: an address; a distinguished name, which has an equals sign (RFC 4514, {@code O=acme,CN=gw}); a mail
     * address; else a name (ID_FQDN). Throws {@link IllegalArgumentException} for a malformed one.
     */
    public static Identity parse(String text) {
        if (text.indexOf('=') >= 0) {
            return new Identity(IdType.ID_DER_ASN1_DN, Octets.wrap(new X500Principal(text).getEncoded()));
        }
        if (text.indexOf(':') >= 0 || text.matches("[0-9.]+")) {
            IpAddress address = IpAddress.parse(text);
            return new Identity(address.v6() ? IdType.ID_IPV6_ADDR : IdType.ID_IPV4_ADDR, address.toOctets());
        }
        if (!text.matches("[!-~]+")) {
            throw new IllegalArgumentException("'" + PeerText.of(text) + "' is no name, address or distinguished name");
        }
        return text.indexOf('@') > 0
                ? new Identity(IdType.ID_RFC822_ADDR, Octets.wrap(text.getBytes(StandardCharsets.US_ASCII)))
                : fqdn(text);
    }

    public static Identity of(Payload.Identification payload) {
        return new Identity(payload.idType(), payload.data());
    }

    public Payload.Identification payload(boolean initiator) {
        return Payload.Identification.of(initiator, type, data);
    }

    /**
     * Whether both mean the same: names as DNS and mail compare them, distinguished names without regard to case, string
     * types (RFC 5280 7.1) and which end they are written from, everything else octet by octet.
     */
    public boolean matches(Identity other) {
        return IdentityBinding.same(this, other);
    }

    /** Whether this certificate vouches for it: by subjectAltName, or for a distinguished name by its subject (RFC 4945 3.1). */
    public boolean isBoundBy(X509Certificate certificate) {
        return IdentityBinding.binds(certificate, this);
    }

    /** By type, then by octets without sign: the same at both ends, which decide by it which of two crossing SAs stays. */
    @Override
    public int compareTo(Identity other) {
        int byType = Integer.compare(type.value(), other.type.value());
        return byType != 0 ? byType : Arrays.compareUnsigned(data.toArray(), other.data.toArray());
    }

    /** For operators, without the type: escaped and cut, since a peer may have chosen it. */
    public String text() {
        if (type.equals(IdType.ID_FQDN) || type.equals(IdType.ID_RFC822_ADDR)) {
            return PeerText.of(data);
        }
        if (type.equals(IdType.ID_DER_ASN1_DN)) {
            return IdentityBinding.distinguishedName(data)
                    .map(name -> PeerText.of(name.getName()))
                    .orElseGet(() -> PeerText.hex(data));
        }
        boolean address = (type.equals(IdType.ID_IPV4_ADDR) && data.length() == 4)
                || (type.equals(IdType.ID_IPV6_ADDR) && data.length() == 16);
        return address ? IpAddress.of(data).toString() : PeerText.hex(data);
    }

    /** For operators: escaped and cut, since a peer may have chosen it. */
    @Override
    public String toString() {
        boolean quoted =
                type.equals(IdType.ID_FQDN) || type.equals(IdType.ID_RFC822_ADDR) || type.equals(IdType.ID_DER_ASN1_DN);
        return type + (quoted ? " '" + text() + "'" : " " + text());
    }
}
