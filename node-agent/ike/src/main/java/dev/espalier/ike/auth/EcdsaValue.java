package dev.espalier.ike.auth;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireFormatException;
import dev.espalier.wire.WireReader;
import java.math.BigInteger;

/**
 * Reads ECDSA signatures strictly, whatever the provider behind JCA would let pass (SIG-05, CVE-2022-21449): DER with shortest
 * lengths and numbers, nothing behind, and both numbers within 1..n-1. All throw {@link WireFormatException}, for the caller to catch.
 */
final class EcdsaValue {
    private EcdsaValue() {}

    /** {@code ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }} (RFC 3279 2.2.3). */
    static void requireDer(Octets signature, EcCurve curve) {
        WireReader reader = signature.reader("ECDSA signature");
        WireReader sequence = element(reader, 0x30, "sequence");
        reader.finish();
        requireInRange(integer(sequence, "r"), curve, "r");
        requireInRange(integer(sequence, "s"), curve, "s");
        sequence.finish();
    }

    /** {@code r | s} of fixed length (RFC 4754 7). */
    static void requirePlain(Octets signature, EcCurve curve) {
        WireReader reader = signature.reader("ECDSA signature");
        requireInRange(
                new BigInteger(1, reader.octets(curve.numberLength(), "r").toArray()), curve, "r");
        requireInRange(
                new BigInteger(1, reader.octets(curve.numberLength(), "s").toArray()), curve, "s");
        reader.finish();
    }

    private static BigInteger integer(WireReader reader, String field) {
        Octets content = element(reader, 0x02, field).rest();
        if (content.isEmpty() || (content.length() > 1 && content.get(0) == 0 && content.get(1) < 0x80)) {
            throw reader.fail(field + " is not in its shortest form");
        }
        return new BigInteger(content.toArray());
    }

    private static WireReader element(WireReader reader, int tag, String field) {
        if (reader.u8(field) != tag) {
            throw reader.fail(field + " has another tag");
        }
        int length = reader.u8(field + " length");
        if (length == 0x81) {
            length = reader.u8(field + " length");
            if (length < 0x80) {
                throw reader.fail(field + " length is not in its shortest form");
            }
        } else if (length >= 0x80) {
            throw reader.fail(field + " is too long");
        }
        return reader.sub(length, field);
    }

    private static void requireInRange(BigInteger number, EcCurve curve, String field) {
        if (number.signum() <= 0 || number.compareTo(curve.order()) >= 0) {
            throw new WireFormatException("ECDSA signature: " + field + " is not within 1..n-1");
        }
    }
}
