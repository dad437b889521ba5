package dev.espalier.lab.api.rest;

import dev.espalier.lab.api.access.User;
import java.util.ArrayList;
import java.util.List;

/**
 * What a write request says beside its object.
 *
 * @param manager {@code fieldManager}, or what the client calls itself
 * @param dryRun do everything but keep the result
 * @param force take fields from other managers in an apply
 * @param unknownFields what to do with fields that a custom resource's schema does not have
 * @param warnings filled while writing; the client gets them as {@code Warning} headers
 */
public record WriteOptions(
        User user, String manager, boolean dryRun, boolean force, UnknownFields unknownFields, List<String> warnings) {
    /** {@code fieldValidation}. Unknown fields never reach storage; the question is whether the client hears of it. */
    public enum UnknownFields {
        IGNORE,
        WARN,
        STRICT
    }

    public static WriteOptions of(User user, String manager) {
        return new WriteOptions(user, manager, false, false, UnknownFields.WARN, new ArrayList<>());
    }
}
