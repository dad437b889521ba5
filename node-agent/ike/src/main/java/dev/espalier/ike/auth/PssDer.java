package dev.espalier.ike.auth;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;

/** DER of RSASSA-PSS parameters (RFC 4055 3.1, RFC 7427 A.4), written out rather than parsed. */
final class PssDer {
    private static final Octets RSASSA_PSS_OID = Octets.fromHex("06092a864886f70d01010a");
    private static final Octets MGF1_OID = Octets.fromHex("06092a864886f70d010108");
    private static final Octets SHA2_OID_STEM = Octets.fromHex("06096086480165030402");
    private static final Octets NULL = Octets.fromHex("0500");
    private static final int SEQUENCE = 0x30;
    private static final int CONTEXT = 0xa0;

    private PssDer() {}

    /**
     * @param oidTail last arc of the hash under 2.16.840.1.101.3.4.2
     * @param saltLength below 128
     * @param nulls whether the hashes' own parameters are NULL or absent
     */
    static Octets algorithmIdentifier(int oidTail, int saltLength, boolean nulls) {
        return wrap(SEQUENCE, RSASSA_PSS_OID.concat(parameters(oidTail, saltLength, nulls)));
    }

    /** The parameters within an AlgorithmIdentifier that this class made. */
    static Octets parametersOf(Octets algorithmIdentifier) {
        int header = 2 + RSASSA_PSS_OID.length();
        return algorithmIdentifier.slice(header, algorithmIdentifier.length() - header);
    }

    private static Octets parameters(int oidTail, int saltLength, boolean nulls) {
        Octets hashOid = SHA2_OID_STEM.concat(Octets.of((byte) oidTail));
        Octets hash = wrap(SEQUENCE, nulls ? hashOid.concat(NULL) : hashOid);
        Octets mgf1 = wrap(SEQUENCE, MGF1_OID.concat(hash));
        Octets salt = wrap(0x02, Octets.of((byte) saltLength));
        return wrap(
                SEQUENCE, wrap(CONTEXT, hash).concat(wrap(CONTEXT + 1, mgf1)).concat(wrap(CONTEXT + 2, salt)));
    }

    private static Octets wrap(int tag, Octets content) {
        if (content.length() > 127) {
            throw new IllegalArgumentException("long form not needed here: " + content.length());
        }
        return new WireWriter().u8(tag).u8(content.length()).octets(content).toOctets();
    }
}
