package dev.espalier.cni;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What the agent answers.
 *
 * @param exitCode of the shim: 0 for success
 * @param output for its standard output: a result, an error object, or nothing
 */
public record CniReply(int exitCode, String output) {
    /** As a frame for the socket. */
    public byte[] encode() {
        byte[] text = output.getBytes(StandardCharsets.UTF_8);
        byte[] body = new byte[4 + text.length];
        ByteBuffer.wrap(body).putInt(exitCode).put(text);
        return Frame.encode(body);
    }

    /** @throws CniFailure code 5 when {@code body} is no reply */
    public static CniReply decode(byte[] body) throws CniFailure {
        if (body.length < 4) {
            throw new CniFailure(CniErrorCode.IO_FAILURE, "the agent's answer has only " + body.length + " octets");
        }
        return new CniReply(
                ByteBuffer.wrap(body).getInt(), new String(body, 4, body.length - 4, StandardCharsets.UTF_8));
    }
}
