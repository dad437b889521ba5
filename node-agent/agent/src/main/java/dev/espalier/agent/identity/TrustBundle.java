package dev.espalier.agent.identity;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whom this node trusts: the cluster's roots, and certificates that are trusted no more.
 *
 * @param roots one or more
 * @param revoked serial numbers in lower-case hex without leading zeros
 */
public record TrustBundle(List<X509Certificate> roots, Set<String> revoked) {
    private static final Pattern SERIAL = Pattern.compile("[0-9a-f]{1,40}");

    public TrustBundle {
        roots = List.copyOf(roots);
        revoked = Set.copyOf(revoked);
    }

    /**
     * @param what the object or folder it came from, for errors
     * @param roots PEM
     * @param revoked one serial number a line; blank lines and lines that begin with {@code #} are passed over; null for none
     * @throws IdentityException naming what does not parse: nothing of such a bundle is used
     */
    static TrustBundle parse(String what, String roots, @Nullable String revoked) throws IdentityException {
        return new TrustBundle(Pem.certificates(what, roots), serials(what, revoked == null ? "" : revoked));
    }

    /** @throws IdentityException naming the line that is no serial number */
    static Set<String> serials(String what, String text) throws IdentityException {
        Set<String> serials = new TreeSet<>();
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            String serial = line.strip().toLowerCase(Locale.ROOT);
            if (serial.isEmpty() || serial.startsWith("#")) {
                continue;
            }
            if (!SERIAL.matcher(serial).matches()) {
                throw new IdentityException(what + ":" + number + ": not a serial number in hex");
            }
            serials.add(serial.replaceFirst("^0+(?=.)", ""));
        }
        return serials;
    }
}
