package dev.espalier.ike.auth;

import dev.espalier.wire.Octets;
import java.nio.charset.StandardCharsets;

/** Text that a peer chose, made fit for one line of a log: printable ASCII, bounded. */
final class PeerText {
    private static final int MAX = 128;

    private PeerText() {}

    static String of(String text) {
        StringBuilder safe = new StringBuilder();
        for (int i = 0; i < Math.min(MAX, text.length()); i++) {
            char c = text.charAt(i);
            safe.append(c >= 0x20 && c < 0x7f ? c : '?');
        }
        return text.length() > MAX ? safe.append("...").toString() : safe.toString();
    }

    static String of(Octets ascii) {
        return of(new String(ascii.toArray(), StandardCharsets.ISO_8859_1));
    }

    static String hex(Octets octets) {
        return octets.length() > MAX / 2 ? octets.slice(0, MAX / 2) + "..." : octets.toHex();
    }
}
