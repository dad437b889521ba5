package dev.espalier.operator.cache;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.List;

/** Objects as an informer holds them. */
public final class Cached {
    private Cached() {}

    /**
     * All objects of a kind that the reconciler has an informer of, by reference: not to be changed. {@link Context#getSecondaryResources}
     * hashes every field of every object, which takes longer than all the rest with thousands of pods (OPR-08).
     */
    public static <T extends HasMetadata> List<T> all(Context<?> context, Class<T> kind) {
        return ((InformerEventSource<T, ?>) context.eventSourceRetriever().getEventSourceFor(kind))
                .list(object -> true)
                .toList();
    }
}
