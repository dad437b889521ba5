package dev.espalier.agent.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;

/**
 * Key and certificate chain in one file of the run folder, readable by its owner alone (0600), so that a restarted agent goes on with
 * them. One file, replaced as a whole: there is never a key beside another key's certificate. The run folder is on a tmpfs, so the key does
 * not outlive the machine's power.
 */
final class StoredIdentity {
    /** A key with the chain for it; not a record, since it holds a private key. */
    static final class Held {
        private final List<X509Certificate> chain;
        private final PrivateKey key;

        Held(List<X509Certificate> chain, PrivateKey key) {
            this.chain = List.copyOf(chain);
            this.key = key;
        }

        List<X509Certificate> chain() {
            return chain;
        }

        PrivateKey key() {
            return key;
        }
    }

    private final Path file;

    StoredIdentity(Path runDir) {
        this.file = runDir.resolve("identity.pem");
    }

    /** Where it lies, for errors. */
    String name() {
        return file.toString();
    }

    /** What an earlier process left; empty when there is nothing. */
    Optional<Held> load() throws IdentityException {
        String pem;
        try {
            pem = Files.readString(file, StandardCharsets.US_ASCII);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new IdentityException(name() + ": cannot be read: " + e.getMessage(), e);
        }
        int certificates = pem.indexOf("-----BEGIN CERTIFICATE");
        if (certificates < 0) {
            throw new IdentityException(name() + ": holds no certificate");
        }
        return Optional.of(new Held(
                Pem.certificates(name(), pem.substring(certificates)),
                Pem.privateKey(name(), pem.substring(0, certificates))));
    }

    void save(Held held) throws IdentityException {
        List<Object> objects = new ArrayList<>();
        objects.addAll(held.chain());
        try {
            // PKCS #8: the older EC form loses the curve.
            objects.addFirst(new JcaPKCS8Generator(held.key(), null));
            Path temporary = Files.createTempFile(
                    file.getParent(),
                    "identity",
                    ".tmp",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                Files.writeString(temporary, Pem.write(objects), StandardCharsets.US_ASCII);
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new IdentityException(name() + ": cannot be written: " + e.getMessage(), e);
        }
    }
}
