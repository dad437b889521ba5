package dev.espalier.operator.pki;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * The CA's Secret. Created once: whoever comes second reads what the first has written, so there are never two. A CA that nodes trust
 * already is not replaced when its Secret is gone; that is for an administrator to decide.
 */
final class CaStore {
    private final KubernetesClient client;
    private final ConfigMapStore trustBundle;
    private final SecureRandom random;
    private final InstantSource clock;

    CaStore(KubernetesClient client, ConfigMapStore trustBundle, SecureRandom random, InstantSource clock) {
        this.client = client;
        this.trustBundle = trustBundle;
        this.random = random;
        this.clock = clock;
    }

    /**
     * The CA as stored; made now when there has never been one.
     *
     * @throws IllegalStateException when the Secret is not readable, or gone while a trust bundle is published
     * @throws KubernetesClientException as the API server says
     */
    CertificateAuthority obtain() {
        Optional<Secret> stored = stored();
        if (stored.isPresent()) {
            return read(stored.get());
        }
        String anchors = trustBundle
                .read()
                .map(data -> data.getOrDefault(PkiNames.BUNDLE_CA_KEY, ""))
                .orElse("");
        if (!anchors.isBlank()) {
            throw new IllegalStateException(
                    "Secret " + name(PkiNames.CA_SECRET) + " is gone, but nodes trust its CA: restore the Secret"
                            + " from a backup, or delete ConfigMap " + name(PkiNames.TRUST_BUNDLE)
                            + " to start over with a new CA, which cuts every node off until it has a new certificate");
        }
        return create();
    }

    private CertificateAuthority create() {
        CertificateAuthority authority = CertificateAuthority.generate(random, clock.instant());
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withNamespace(PkiNames.NAMESPACE)
                .withName(PkiNames.CA_SECRET)
                .endMetadata()
                .withType("kubernetes.io/tls")
                .withData(Map.of(
                        PkiNames.CA_CERTIFICATE_KEY, base64(authority.certificatePem()),
                        PkiNames.CA_PRIVATE_KEY_KEY, base64(authority.keyPem())))
                .build();
        try {
            client.resource(secret).create();
            return authority;
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            return read(stored().orElseThrow(() -> e));
        }
    }

    private Optional<Secret> stored() {
        return Optional.ofNullable(client.secrets()
                .inNamespace(PkiNames.NAMESPACE)
                .withName(PkiNames.CA_SECRET)
                .get());
    }

    private static CertificateAuthority read(Secret secret) {
        try {
            return CertificateAuthority.read(
                    text(secret, PkiNames.CA_CERTIFICATE_KEY), text(secret, PkiNames.CA_PRIVATE_KEY_KEY));
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("Secret " + name(PkiNames.CA_SECRET) + ": " + e.getMessage(), e);
        }
    }

    private static String text(Secret secret, String key) {
        String value = secret.getData() == null ? null : secret.getData().get(key);
        if (value == null) {
            throw new IllegalArgumentException("has no " + key);
        }
        return new String(Base64.getDecoder().decode(value), StandardCharsets.US_ASCII);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String name(String name) {
        return PkiNames.NAMESPACE + "/" + name;
    }
}
