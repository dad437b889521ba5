package dev.espalier.agent.identity;

import dev.espalier.agent.watch.FolderWatch;
import dev.espalier.ike.LocalCredentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Credentials from a folder: {@code tls.crt} (the node's certificate, then intermediates), {@code tls.key}, {@code ca.crt} (one or more
 * roots), and, if there is one, {@code revoked} (serial numbers in hex, one a line). Read again whenever the folder changes; files that do not fit
 * together leave the last good credentials in force.
 */
public final class FileIdentity implements IdentitySource {
    private static final Duration PERIOD = Duration.ofSeconds(5);

    private final String nodeName;
    private final Path folder;
    private final InstantSource clock;
    private @Nullable FolderWatch watch;
    private @Nullable Content last;
    private @Nullable String problem;
    private Set<String> revoked = Set.of();

    /** What the files held: the credentials are put together anew only when this differs. */
    private record Content(String certificate, String key, String roots, String revoked) {}

    public FileIdentity(String nodeName, Path folder, InstantSource clock) {
        this.nodeName = nodeName;
        this.folder = folder;
        this.clock = clock;
    }

    @Override
    public void start(Listener listener) {
        watch = FolderWatch.start(folder, PERIOD, () -> scan(listener));
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
    }

    /** Reads the folder once and tells the listener what is new. */
    void scan(Listener listener) {
        String found = null;
        try {
            Content content = new Content(
                    read("tls.crt", true), read("tls.key", true), read("ca.crt", true), read("revoked", false));
            // Content that failed is tried again: a certificate that is not valid yet becomes so without the file
            // changing.
            if (!content.equals(last)) {
                apply(content, listener);
                last = content;
            }
        } catch (IdentityException e) {
            found = e.getMessage();
        }
        if (!Objects.equals(found, problem)) {
            problem = found;
            listener.problemChanged(found);
        }
    }

    private void apply(Content content, Listener listener) throws IdentityException {
        Set<String> serials = TrustBundle.serials(name("revoked"), content.revoked);
        List<X509Certificate> chain = Pem.certificates(name("tls.crt"), content.certificate);
        PrivateKey key = Pem.privateKey(name("tls.key"), content.key);
        List<X509Certificate> roots = Pem.certificates(name("ca.crt"), content.roots);
        LocalCredentials credentials =
                CredentialsCheck.check(nodeName, chain, key, roots, clock.instant(), name("tls.crt"), name("tls.key"));
        if (!serials.equals(revoked)) {
            revoked = serials;
            listener.revocationChanged(serials);
        }
        listener.credentialsChanged(credentials);
    }

    private String read(String file, boolean required) throws IdentityException {
        try {
            return Files.readString(folder.resolve(file), StandardCharsets.US_ASCII);
        } catch (NoSuchFileException e) {
            if (required) {
                throw new IdentityException(name(file) + ": no such file", e);
            }
            return "";
        } catch (IOException e) {
            throw new IdentityException(name(file) + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private String name(String file) {
        return folder.resolve(file).toString();
    }
}
