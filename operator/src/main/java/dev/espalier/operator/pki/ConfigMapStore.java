package dev.espalier.operator.pki;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * One ConfigMap, changed by read, compute, write under its resource version: what another process wrote in between is never lost, also
 * not when this one slept in between (OPR-04).
 */
final class ConfigMapStore {
    private static final int ATTEMPTS = 5;

    private final KubernetesClient client;
    private final String name;

    ConfigMapStore(KubernetesClient client, String name) {
        this.client = client;
        this.name = name;
    }

    /** @param result handed through to the caller of {@link #update} */
    record Change<T>(Map<String, String> data, T result) {}

    Optional<Map<String, String>> read() {
        return stored().map(ConfigMapStore::data);
    }

    /**
     * Writes what {@code compute} makes of the present data, unless that is the same. {@code compute} runs again when another process
     * was faster.
     *
     * @throws KubernetesClientException as the API server says
     */
    synchronized <T> T update(Function<Map<String, String>, Change<T>> compute) {
        for (int attempt = 1; ; attempt++) {
            Optional<ConfigMap> stored = stored();
            Change<T> change = compute.apply(stored.map(ConfigMapStore::data).orElse(Map.of()));
            if (stored.isPresent() && data(stored.get()).equals(change.data())) {
                return change.result();
            }
            try {
                write(stored, change.data());
                return change.result();
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void write(Optional<ConfigMap> stored, Map<String, String> data) {
        if (stored.isPresent()) {
            client.resource(new ConfigMapBuilder(stored.get()).withData(data).build())
                    .update();
        } else {
            client.resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withNamespace(PkiNames.NAMESPACE)
                            .withName(name)
                            .endMetadata()
                            .withData(data)
                            .build())
                    .create();
        }
    }

    private Optional<ConfigMap> stored() {
        return Optional.ofNullable(client.configMaps()
                .inNamespace(PkiNames.NAMESPACE)
                .withName(name)
                .get());
    }

    private static Map<String, String> data(ConfigMap map) {
        return Objects.requireNonNullElse(map.getData(), Map.of());
    }
}
