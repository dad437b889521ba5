package dev.espalier.lab.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/**
 * A kubeconfig with one cluster and one user who has a bearer token.
 *
 * @param server URL
 * @param authorityPem the CA that the server's certificate comes from
 */
public record Kubeconfig(String server, String authorityPem, String user, String token) {
    /** As a file's content. */
    public String toYaml() {
        String authority = Base64.getEncoder().encodeToString(authorityPem.getBytes(StandardCharsets.US_ASCII));
        return """
                apiVersion: v1
                kind: Config
                clusters: [{name: lab, cluster: {server: "%s", certificate-authority-data: "%s"}}]
                users: [{name: "%s", user: {token: "%s"}}]
                contexts: [{name: lab, context: {cluster: lab, user: "%s"}}]
                current-context: lab
                """.formatted(server, authority, user, token, user);
    }

    /** Writes it with mode 0600, in one step: whoever sees the file sees all of it. */
    public void write(Path file) throws IOException {
        ServerIdentity.writeSecret(file, toYaml());
    }

    @Override
    public String toString() {
        return "Kubeconfig[" + server + ", " + user + "]";
    }
}
