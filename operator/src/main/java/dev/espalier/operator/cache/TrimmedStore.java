package dev.espalier.operator.cache;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.function.UnaryOperator;

/**
 * Keeps of each object what is asked for later: with thousands of them, the rest is most of the memory (OPR-08). An update filter is given
 * the old object as it is kept, and the new one whole.
 */
public class TrimmedStore<T extends HasMetadata> extends BasicItemStore<T> {
    private final UnaryOperator<T> trim;

    /** @param trim makes another object; at least name, namespace, UID and resource version have to be in it */
    public TrimmedStore(UnaryOperator<T> trim) {
        super(Cache::metaNamespaceKeyFunc);
        this.trim = trim;
    }

    @Override
    public T put(String key, T object) {
        return super.put(key, trim.apply(object));
    }
}
