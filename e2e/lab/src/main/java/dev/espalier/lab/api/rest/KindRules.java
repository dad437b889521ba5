package dev.espalier.lab.api.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.FieldError;
import java.util.List;

/** What one kind does beyond what all do. Objects are in stored form and may be changed in place. */
interface KindRules {
    /** Before a new object is stored: defaults, and fields that the server fills. */
    default void beforeCreate(ObjectNode object, WriteOptions options) {}

    /**
     * Before a change is stored. By then {@code after} differs from {@code before} only where the subresource may write.
     *
     * @param subresource empty for the main resource
     */
    default void beforeUpdate(ObjectNode before, ObjectNode after, String subresource, WriteOptions options) {}

    /** What is wrong with an object that is about to be stored. */
    default List<FieldError> validate(ObjectNode object) {
        return List.of();
    }
}
