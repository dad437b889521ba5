package dev.espalier.agent;

import io.fabric8.kubernetes.client.Config;
import io.quarkus.kubernetes.client.KubernetesConfigCustomizer;
import jakarta.inject.Singleton;

/** Watches by plain HTTP streams, which every API server and proxy lets through. */
@Singleton
public class HttpWatches implements KubernetesConfigCustomizer {
    @Override
    public void customize(Config config) {
        config.setOnlyHttpWatches(true);
    }
}
