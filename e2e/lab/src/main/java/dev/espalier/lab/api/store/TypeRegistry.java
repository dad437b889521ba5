package dev.espalier.lab.api.store;

import dev.espalier.lab.api.model.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The resources that are served now: built-in ones always, custom ones while their definition stands. */
public final class TypeRegistry {
    public static final String DEFINITIONS = "apiextensions.k8s.io/customresourcedefinitions";

    private final List<ResourceType> builtIn = BuiltInTypes.all();
    private final Map<String, List<ResourceType>> custom = new ConcurrentHashMap<>();

    public TypeRegistry(Store store) {
        store.onCommit(event -> {
            if (event.key().resource().equals(DEFINITIONS)) {
                String name = event.key().name();
                if (event.change() == StoreEvent.Change.DELETED) {
                    custom.remove(name);
                    store.endSubscriptions(CustomTypes.storageKey(event.object()));
                } else {
                    custom.put(name, CustomTypes.of(event.object()));
                }
            }
        });
    }

    /** Built-in ones first, custom ones by name of their definition. */
    public List<ResourceType> all() {
        List<ResourceType> types = new ArrayList<>(builtIn);
        custom.keySet().stream().sorted().forEach(name -> types.addAll(custom.getOrDefault(name, List.of())));
        return types;
    }

    public Optional<ResourceType> find(String group, String version, String plural) {
        return all().stream()
                .filter(type -> type.plural().equals(plural)
                        && type.version().equals(version)
                        && type.group().equals(group))
                .findFirst();
    }

    /** Some version of what is stored under {@code storageKey}. */
    public Optional<ResourceType> stored(String storageKey) {
        return all().stream()
                .filter(type -> type.storageKey().equals(storageKey))
                .findFirst();
    }

    public Optional<ResourceType> ofKind(String apiVersion, String kind) {
        return all().stream()
                .filter(type -> type.kind().equals(kind) && type.apiVersion().equals(apiVersion))
                .findFirst();
    }
}
