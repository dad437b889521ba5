package dev.espalier.ike.auth;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireFormatException;
import dev.espalier.wire.WireWriter;
import dev.espalier.wire.ip.IpAddress;
import java.nio.charset.StandardCharsets;

/**
 * Content of an ID payload (RFC 7296 3.5).
 *
 * @param type ID Type
 * @param data Identification Data
 */
public record Identity(int type, Octets data) {
    public static final int ID_IPV4_ADDR = 1;
    public static final int ID_FQDN = 2;
    public static final int ID_RFC822_ADDR = 3;
    public static final int ID_IPV6_ADDR = 5;
    public static final int ID_DER_ASN1_DN = 9;

    public static Identity fqdn(String name) {
        return new Identity(ID_FQDN, Octets.wrap(name.getBytes(StandardCharsets.US_ASCII)));
    }

    /**
     * From the body of an ID payload, whose reserved octets are ignored (IKE-15).
     *
     * @throws WireFormatException for a body under 4 octets
     */
    public static Identity ofBody(Octets body) {
        var reader = body.reader("ID");
        int type = reader.u8("type");
        reader.skip(3, "reserved");
        return new Identity(type, reader.rest());
    }

    /** The body of an ID payload, reserved octets zero. */
    public Octets body() {
        return new WireWriter(4 + data.length()).u8(type).zeros(3).octets(data).toOctets();
    }

    /** For operators: escaped and cut, since a peer may have chosen it. */
    @Override
    public String toString() {
        return switch (type) {
            case ID_FQDN -> "FQDN '" + PeerText.of(data) + "'";
            case ID_RFC822_ADDR -> "mail address '" + PeerText.of(data) + "'";
            case ID_IPV4_ADDR, ID_IPV6_ADDR ->
                data.length() == 4 || data.length() == 16 ? "address " + IpAddress.of(data) : "address of " + data.length() + " octets";
            default -> "ID type " + type + " " + PeerText.hex(data);
        };
    }
}
