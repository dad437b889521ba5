package dev.espalier.operator.wiring;

import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.quarkiverse.operatorsdk.runtime.api.ConfigurationServiceCustomizer;
import jakarta.inject.Singleton;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Each reconciliation on a thread of its own: in a common pool, a removed node would wait for its turn behind five hundred certificate requests. How
 * many run at a time is for each reconciler to say.
 */
@Singleton
class Threads implements ConfigurationServiceCustomizer {
    @Override
    public Consumer<ConfigurationServiceOverrider> overrider() {
        return configuration -> configuration.withExecutorService(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("reconcile-", 0).factory()));
    }
}
