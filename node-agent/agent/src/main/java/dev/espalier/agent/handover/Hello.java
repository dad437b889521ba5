package dev.espalier.agent.handover;

import java.nio.charset.StandardCharsets;

/**
 * What a successor says of itself.
 *
 * @param protocol of these messages and of all that they carry: no two versions of it understand each other
 * @param version of the program, for people
 */
record Hello(int protocol, String version) {
    /** To be raised with every change of a message, and with that of {@code IkeEndpoint.save}. */
    static final int PROTOCOL = 1;

    byte[] encode() {
        return (protocol + " " + version).getBytes(StandardCharsets.UTF_8);
    }

    static Hello decode(byte[] octets) throws HandoverException {
        String text = new String(octets, StandardCharsets.UTF_8);
        int blank = text.indexOf(' ');
        try {
            return new Hello(Integer.parseInt(text.substring(0, Math.max(0, blank))), text.substring(blank + 1));
        } catch (NumberFormatException e) {
            throw new HandoverException("a successor that says nothing of itself", e);
        }
    }
}
