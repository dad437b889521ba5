package dev.espalier.agent.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One kind of object, listed and watched. Fabric8's informer does it; this holds it to the promise that it never stops: it retries
 * whatever happens, and one that ended all the same is replaced while the objects seen last stay.
 */
final class WatchedKind<T extends HasMetadata> implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(WatchedKind.class);

    private final String kind;
    private final Supplier<? extends Informable<T>> operation;
    private @Nullable Runnable changed;
    private volatile @Nullable SharedIndexInformer<T> informer;
    private volatile List<T> lastComplete = List.of();
    private volatile boolean complete;
    private volatile String lastError = "";

    WatchedKind(String kind, Supplier<? extends Informable<T>> operation) {
        this.kind = kind;
        this.operation = operation;
    }

    /** @param onChange called on the informer's threads for every change; returns at once */
    void start(Runnable onChange) {
        changed = onChange;
        begin(onChange);
    }

    /** Whether there has been a full list. */
    boolean isComplete() {
        return snapshot() || complete;
    }

    /** As of the newest state that is complete. */
    List<T> objects() {
        snapshot();
        return lastComplete;
    }

    /** Replaces an informer that has ended, and says what is amiss. */
    void keepAlive(List<String> problems) {
        SharedIndexInformer<T> current = informer;
        Runnable onChange = changed;
        if (current != null && onChange != null && !current.isRunning() && !lastError.isEmpty()) {
            LOG.warnf("the watch of %s has ended (%s), beginning another", kind, lastError);
            snapshot();
            current.close();
            begin(onChange);
        }
        SharedIndexInformer<T> now = informer;
        if (now == null || !now.hasSynced()) {
            problems.add("waiting for the API's list of " + kind + (lastError.isEmpty() ? "" : ": " + lastError));
        } else if (!now.isWatching()) {
            problems.add("the API does not let " + kind + " be watched at the moment"
                    + (lastError.isEmpty() ? "" : ": " + lastError));
        }
    }

    @Override
    public void close() {
        SharedIndexInformer<T> current = informer;
        if (current != null) {
            current.close();
        }
    }

    private boolean snapshot() {
        SharedIndexInformer<T> current = informer;
        if (current == null || !current.hasSynced()) {
            return false;
        }
        lastComplete = List.copyOf(current.getStore().list());
        complete = true;
        return true;
    }

    private void begin(Runnable onChange) {
        SharedIndexInformer<T> next = operation.get().runnableInformer(0);
        next.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                onChange.run();
            }

            @Override
            public void onUpdate(T before, T now) {
                onChange.run();
            }

            @Override
            public void onDelete(T object, boolean finalStateUnknown) {
                onChange.run();
            }

            @Override
            public void onNothing() {
                onChange.run();
            }
        });
        next.exceptionHandler((started, cause) -> {
            lastError = String.valueOf(cause.getMessage());
            LOG.debugf(cause, "watching %s", kind);
            return true;
        });
        informer = next;
        var _ = next.start().whenComplete((done, failure) -> {
            if (failure != null) {
                lastError = String.valueOf(failure.getMessage());
            }
            onChange.run();
        });
    }
}
