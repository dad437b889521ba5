package dev.espalier.agent.identity;

import dev.espalier.agent.kube.ExternalPeer;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec.AuthenticationMethod;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec.LocalAuthentication;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec.RemoteAuthentication;
import dev.espalier.ike.LocalCredentials;
import dev.espalier.ike.PeerAuthentication;
import dev.espalier.ike.PeerAuthentication.OwnProof;
import dev.espalier.ike.PeerAuthentication.Trust;
import dev.espalier.ike.auth.Identity;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.message.IdType;
import dev.espalier.wire.Octets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keys for {@code IPSecPeer}s from a folder with one folder for each Secret, as kubelet mounts them: {@code NAME/psk}, or
 * {@code NAME/tls.crt} and {@code NAME/tls.key}. Mounting, rather than reading Secrets by the API, lets the cluster's administrator say
 * which ones a node gets, and no agent needs the right to read any. Read anew at every call, so that what is replaced comes into
 * force; what cannot be read any more leaves the last good in force. One thread.
 */
public final class PeerSecrets {
    /** RFC 7296 2.15 wants as much randomness as the strongest key that is negotiated; shorter ones can be guessed offline. */
    static final int MIN_KEY_OCTETS = 16;

    private static final int MAX_KEY_OCTETS = 1024;

    private final String nodeName;
    private final Path folder;
    private Map<ExternalPeer, PeerAuthentication> last = Map.of();

    public PeerSecrets(String nodeName, Path folder) {
        this.nodeName = nodeName;
        this.folder = folder;
    }

    /** All that can be authenticated; equal folders give equal results. */
    public PeerAuthentications read(List<ExternalPeer> peers) {
        Map<ExternalPeer, PeerAuthentication> read = new HashMap<>();
        List<String> problems = new ArrayList<>();
        for (ExternalPeer peer : peers) {
            try {
                read.put(peer, read(peer));
            } catch (IdentityException e) {
                PeerAuthentication before = last.get(peer);
                if (before != null) {
                    read.put(peer, before);
                }
                problems.add("IPSecPeer '" + peer.name() + "': " + e.getMessage()
                        + (before == null ? "; left out" : " (the last good one stays in use)"));
            }
        }
        last = Map.copyOf(read);
        Map<String, PeerAuthentication> byPeer = new HashMap<>();
        read.forEach((peer, authentication) -> byPeer.put(peer.name(), authentication));
        return new PeerAuthentications(byPeer, problems);
    }

    private PeerAuthentication read(ExternalPeer peer) throws IdentityException {
        LocalAuthentication local = peer.spec().authentication().local();
        return new PeerAuthentication(
                identity("spec.identity", peer.spec().identity()),
                switch (local.method()) {
                    case PRESHARED_KEY -> Optional.of(new OwnProof.SharedKey(own(local), key(local.secretName())));
                    case CERTIFICATE ->
                        local.secretName() == null
                                ? nodeCertificate(local)
                                : Optional.of(new OwnProof.Certificate(credentials(local, local.secretName())));
                },
                trust(peer.spec().authentication().remote()));
    }

    /** With its own certificate a node can claim its own name alone. */
    private Optional<OwnProof> nodeCertificate(LocalAuthentication local) throws IdentityException {
        if (!own(local).matches(Identity.fqdn(nodeName))) {
            throw new IdentityException("spec.authentication.local.identity: the node's own certificate names '"
                    + nodeName + "' alone; another identity needs a certificate in secretName");
        }
        return Optional.empty();
    }

    private Optional<Trust> trust(RemoteAuthentication remote) throws IdentityException {
        if (remote.method() == AuthenticationMethod.PRESHARED_KEY) {
            return Optional.of(new Trust.SharedKey(key(remote.secretName())));
        }
        if (remote.caCertificates() == null) {
            return Optional.empty();
        }
        List<X509CRL> lists = remote.revocationLists() == null
                ? List.of()
                : Pem.revocationLists("spec.authentication.remote.revocationLists", remote.revocationLists());
        return Optional.of(new Trust.Certificates(
                Pem.certificates("spec.authentication.remote.caCertificates", remote.caCertificates()), lists));
    }

    private Identity own(LocalAuthentication local) throws IdentityException {
        return local.identity() == null
                ? Identity.fqdn(nodeName)
                : identity("spec.authentication.local.identity", local.identity());
    }

    private static Identity identity(String field, String text) throws IdentityException {
        try {
            return Identity.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IdentityException(field + ": " + e.getMessage(), e);
        }
    }

    private LocalCredentials credentials(LocalAuthentication local, String secretName) throws IdentityException {
        Path certificateFile = folder.resolve(secretName).resolve("tls.crt");
        Path keyFile = folder.resolve(secretName).resolve("tls.key");
        List<X509Certificate> chain = Pem.certificates(certificateFile.toString(), text(certificateFile));
        PrivateKey key = Pem.privateKey(keyFile.toString(), text(keyFile));
        X509Certificate leaf = chain.getFirst();
        if (!CredentialsCheck.matches(leaf.getPublicKey(), key)) {
            throw new IdentityException(keyFile + ": is not the key of the certificate in " + certificateFile);
        }
        Identity identity = own(local);
        if (!identity.isBoundBy(leaf)) {
            Identity subject = new Identity(
                    IdType.ID_DER_ASN1_DN,
                    Octets.wrap(leaf.getSubjectX500Principal().getEncoded()));
            if (local.identity() != null && !identity.matches(subject)) {
                throw new IdentityException(certificateFile + ": does not vouch for " + identity);
            }
            identity = subject;
        }
        return new LocalCredentials(identity, chain, key, List.of());
    }

    private Secret key(@Nullable String secretName) throws IdentityException {
        Path file = folder.resolve(String.valueOf(secretName)).resolve("psk");
        byte[] content = octets(file);
        int length = content.length;
        // Every editor ends a file by a newline, and nobody means it.
        if (length > 0 && content[length - 1] == '\n') {
            length--;
        }
        if (length < MIN_KEY_OCTETS || length > MAX_KEY_OCTETS) {
            throw new IdentityException(file + ": a key of " + length + " octets; must be from " + MIN_KEY_OCTETS
                    + " to " + MAX_KEY_OCTETS);
        }
        Secret key = Secret.wrap(Arrays.copyOf(content, length));
        Arrays.fill(content, (byte) 0);
        return key;
    }

    private static String text(Path file) throws IdentityException {
        return new String(octets(file), StandardCharsets.US_ASCII);
    }

    private static byte[] octets(Path file) throws IdentityException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IdentityException(file + ": no such file", e);
        } catch (IOException e) {
            throw new IdentityException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
