package dev.espalier.agent.identity;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Map;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's trust bundle: ConfigMap {@code espalier-system/espalier-trust-bundle}, watched. A bundle that does not parse, and one that
 * is deleted, leave the last good one in force: nobody becomes untrusted by an accident, and nobody trusted by one.
 */
public final class ApiTrust implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ApiTrust.class);
    private static final String NAMESPACE = "espalier-system";
    private static final String NAME = "espalier-trust-bundle";
    private static final String OBJECT = "ConfigMap " + NAMESPACE + "/" + NAME;

    private final KubernetesClient client;
    private final Consumer<TrustBundle> listener;
    private @Nullable SharedIndexInformer<ConfigMap> informer;

    public ApiTrust(KubernetesClient client, Consumer<TrustBundle> listener) {
        this.client = client;
        this.listener = listener;
    }

    public void start() {
        SharedIndexInformer<ConfigMap> next =
                client.configMaps().inNamespace(NAMESPACE).withName(NAME).runnableInformer(0);
        next.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(ConfigMap bundle) {
                read(bundle);
            }

            @Override
            public void onUpdate(ConfigMap before, ConfigMap now) {
                read(now);
            }

            @Override
            public void onDelete(ConfigMap bundle, boolean finalStateUnknown) {
                LOG.errorf("%s was deleted; the last one stays in force", OBJECT);
            }
        });
        next.exceptionHandler((started, cause) -> {
            LOG.debugf(cause, "watching %s", OBJECT);
            return true;
        });
        informer = next;
        var _ = next.start();
    }

    @Override
    public void close() {
        SharedIndexInformer<ConfigMap> current = informer;
        if (current != null) {
            current.close();
        }
    }

    private void read(ConfigMap bundle) {
        Map<String, String> data = bundle.getData();
        String roots = data == null ? null : data.get("ca.crt");
        try {
            listener.accept(
                    TrustBundle.parse(OBJECT, roots == null ? "" : roots, data == null ? null : data.get("revoked")));
        } catch (IdentityException e) {
            LOG.errorf("%s (the last good one stays in force)", e.getMessage());
        }
    }
}
