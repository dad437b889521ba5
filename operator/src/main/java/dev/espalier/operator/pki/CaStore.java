package dev.espalier.operator.pki;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The CA's Secret. Created once: whoever comes second reads what the first has written, so there are never two. Changed under the version
 * that was read. A CA that nodes trust already is not replaced when its Secret is gone; that is for an administrator to decide.
 */
final class CaStore {
    private final KubernetesClient client;
    private final ConfigMapStore trustBundle;
    private final CertificateAuthority.Maker maker;

    CaStore(KubernetesClient client, ConfigMapStore trustBundle, CertificateAuthority.Maker maker) {
        this.client = client;
        this.trustBundle = trustBundle;
        this.maker = maker;
    }

    /** What is stored, with the version to change it under. */
    record Stored(CaState state, Secret secret) {
        /** Without the Secret's content. */
        @Override
        public String toString() {
            return "CA at " + state.stage();
        }
    }

    /**
     * The CA as stored; made now when there has never been one.
     *
     * @throws IllegalStateException when the Secret is not readable, or gone while a trust bundle is published
     * @throws KubernetesClientException as the API server says
     */
    Stored obtain() {
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

    /**
     * Puts {@code next} in the place of what was read.
     *
     * @throws KubernetesClientException 409 when someone else has changed the Secret since
     */
    Stored replace(Stored read, CaState next) {
        Secret changed = new SecretBuilder(read.secret()).withData(data(next)).build();
        return new Stored(next, client.resource(changed).update());
    }

    private Stored create() {
        CaState state = CaState.settled(maker.make());
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withNamespace(PkiNames.NAMESPACE)
                .withName(PkiNames.CA_SECRET)
                .endMetadata()
                .withType("kubernetes.io/tls")
                .withData(data(state))
                .build();
        try {
            return new Stored(state, client.resource(secret).create());
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

    private static Map<String, String> data(CaState state) {
        Map<String, String> data = new TreeMap<>();
        data.put(PkiNames.CA_CERTIFICATE_KEY, base64(state.current().certificatePem()));
        data.put(PkiNames.CA_PRIVATE_KEY_KEY, base64(state.current().keyPem()));
        state.next().ifPresent(next -> {
            data.put(PkiNames.NEXT_CERTIFICATE_KEY, base64(next.certificatePem()));
            data.put(PkiNames.NEXT_PRIVATE_KEY_KEY, base64(next.keyPem()));
        });
        state.previous()
                .ifPresent(previous ->
                        data.put(PkiNames.PREVIOUS_CERTIFICATE_KEY, base64(CertificateAuthority.pem(previous))));
        return data;
    }

    private static Stored read(Secret secret) {
        try {
            CertificateAuthority current = CertificateAuthority.read(
                    required(secret, PkiNames.CA_CERTIFICATE_KEY), required(secret, PkiNames.CA_PRIVATE_KEY_KEY));
            Optional<CertificateAuthority> next = text(secret, PkiNames.NEXT_CERTIFICATE_KEY)
                    .map(certificate ->
                            CertificateAuthority.read(certificate, required(secret, PkiNames.NEXT_PRIVATE_KEY_KEY)));
            Optional<X509Certificate> previous =
                    text(secret, PkiNames.PREVIOUS_CERTIFICATE_KEY).map(CertificateAuthority::readCertificate);
            return new Stored(new CaState(current, next, previous), secret);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("Secret " + name(PkiNames.CA_SECRET) + ": " + e.getMessage(), e);
        }
    }

    private static String required(Secret secret, String key) {
        return text(secret, key).orElseThrow(() -> new IllegalArgumentException("has no " + key));
    }

    private static Optional<String> text(Secret secret, String key) {
        return Optional.ofNullable(secret.getData())
                .map(data -> data.get(key))
                .map(value -> new String(Base64.getDecoder().decode(value), StandardCharsets.US_ASCII));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String name(String name) {
        return PkiNames.NAMESPACE + "/" + name;
    }
}
