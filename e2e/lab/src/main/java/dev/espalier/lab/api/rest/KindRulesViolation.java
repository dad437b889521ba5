package dev.espalier.lab.api.rest;

import dev.espalier.lab.api.model.FieldError;

/** A change that the rules of its kind refuse; becomes a 422 that names the object. */
final class KindRulesViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient FieldError error;

    KindRulesViolation(FieldError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    FieldError error() {
        return error;
    }
}
