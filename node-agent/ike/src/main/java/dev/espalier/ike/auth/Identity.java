package dev.espalier.ike.auth;

import dev.espalier.ike.message.IdType;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import java.nio.charset.StandardCharsets;

/**
 * Content of an ID payload (RFC 7296 3.5).
 *
 * @param type ID Type
 * @param data Identification Data
 */
public record Identity(IdType type, Octets data) {
    public static Identity fqdn(String name) {
        return new Identity(IdType.ID_FQDN, Octets.wrap(name.getBytes(StandardCharsets.US_ASCII)));
    }

    public static Identity of(Payload.Identification payload) {
        return new Identity(payload.idType(), payload.data());
    }

    public Payload.Identification payload(boolean initiator) {
        return Payload.Identification.of(initiator, type, data);
    }

    /** For operators: escaped and cut, since a peer may have chosen it. */
    @Override
    public String toString() {
        if (type.equals(IdType.ID_FQDN) || type.equals(IdType.ID_RFC822_ADDR)) {
            return type + " '" + PeerText.of(data) + "'";
        }
        boolean address = (type.equals(IdType.ID_IPV4_ADDR) && data.length() == 4)
                || (type.equals(IdType.ID_IPV6_ADDR) && data.length() == 16);
        return type + " " + (address ? IpAddress.of(data) : PeerText.hex(data));
    }
}
