package dev.espalier.linux.unix;

import dev.espalier.linux.libc.Syscalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** struct sockaddr_un (unix(7)). */
final class UnixAddress {
    private static final int PATH_BYTES = 108;

    private UnixAddress() {}

    /** Throws {@link IllegalArgumentException} for a path that does not fit. */
    static byte[] of(Path path) {
        byte[] octets = path.toString().getBytes(StandardCharsets.UTF_8);
        if (octets.length >= PATH_BYTES) {
            throw new IllegalArgumentException("a socket's path has at most " + (PATH_BYTES - 1) + " octets: " + path);
        }
        ByteBuffer address = ByteBuffer.allocate(2 + octets.length + 1).order(ByteOrder.nativeOrder());
        address.putShort((short) Syscalls.AF_UNIX).put(octets);
        return address.array();
    }
}
