package dev.espalier.operator.pki;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * A line of the ledger: a certificate that was signed, or was about to be when the operator died.
 *
 * @param serial lower-case hexadecimal without leading zeros
 * @param nodeUid of the Node object that it was issued for
 * @param revokedAt when it was put on the deny list
 */
record IssuedCertificate(
        String serial,
        String nodeName,
        String nodeUid,
        Instant issuedAt,
        Instant notAfter,
        Optional<Instant> revokedAt) {

    /** Not on the deny list. */
    boolean valid() {
        return revokedAt.isEmpty();
    }

    IssuedCertificate revoked(Instant now) {
        return valid() ? new IssuedCertificate(serial, nodeName, nodeUid, issuedAt, notAfter, Optional.of(now)) : this;
    }

    /** Fields separated by blanks; without the node's name, which is the key that the line stands under. */
    String line() {
        String text = String.join(" ", serial, nodeUid, issuedAt.toString(), notAfter.toString());
        return revokedAt.map(at -> text + " revoked " + at).orElse(text);
    }

    /** @throws IllegalArgumentException when {@code line} is not what {@link #line} writes */
    static IssuedCertificate parse(String nodeName, String line) {
        String[] fields = line.split(" ");
        boolean revoked = fields.length == 6 && fields[4].equals("revoked");
        if (fields.length != 4 && !revoked) {
            throw new IllegalArgumentException("ledger line of node '" + nodeName + "' is not readable: " + line);
        }
        try {
            return new IssuedCertificate(
                    fields[0],
                    nodeName,
                    fields[1],
                    Instant.parse(fields[2]),
                    Instant.parse(fields[3]),
                    revoked ? Optional.of(Instant.parse(fields[5])) : Optional.empty());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("ledger line of node '" + nodeName + "' is not readable: " + line, e);
        }
    }
}
