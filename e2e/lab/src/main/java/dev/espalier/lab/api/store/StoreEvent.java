package dev.espalier.lab.api.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * One committed change.
 *
 * @param revision the resource version it made
 * @param object the new state; the last state when {@code change} is {@code DELETED}. Never changed afterwards
 * @param before the state before; null for {@code ADDED}
 */
public record StoreEvent(
        long revision,
        Change change,
        Store.Key key,
        ObjectNode object,
        @Nullable ObjectNode before) {
    /** As in watch events. */
    public enum Change {
        ADDED,
        MODIFIED,
        DELETED
    }
}
