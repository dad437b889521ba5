package dev.espalier.agent.node;

import dev.espalier.ike.crypto.CrashTokens;
import dev.espalier.ike.crypto.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/**
 * The secret behind this node's crash tokens (RFC 6290): kept in the run folder, so that it outlives a killed agent. A node that boots
 * makes another; its peers then find out by liveness checks.
 */
final class CrashSecret {
    private static final String FILE = "crash-secret";
    private static final int OCTETS = 32;

    private CrashSecret() {}

    /** @throws IOException when it can be neither read nor made */
    static CrashTokens load(Path runDir, SecureRandom random) throws IOException {
        Path file = runDir.resolve(FILE);
        if (!Files.exists(file) || Files.size(file) != OCTETS) {
            make(runDir, file, random);
        }
        return new CrashTokens(Secret.wrap(Files.readAllBytes(file)));
    }

    /** A file that is there is whole. */
    private static void make(Path runDir, Path file, SecureRandom random) throws IOException {
        byte[] secret = new byte[OCTETS];
        random.nextBytes(secret);
        Path fresh = runDir.resolve(FILE + ".new");
        Files.deleteIfExists(fresh);
        try (FileChannel out = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer rest = ByteBuffer.wrap(secret);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
