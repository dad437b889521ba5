package dev.espalier.crds.policy;

/**
 * One thing that is wrong with an object.
 *
 * @param field path of the field, such as {@code spec.ike.proposals[0]}
 * @param message says what was found there and what would do
 */
public record Finding(String field, Reason reason, String message) {
    /** Why a field is refused; the texts are reasons of the condition {@code Accepted}. */
    public enum Reason {
        /** Well formed, but not done by this version. */
        NOT_SUPPORTED("NotSupported"),
        /** Not well formed, or out of bounds. */
        INVALID("Invalid");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    static Finding invalid(String field, String message) {
        return new Finding(field, Reason.INVALID, message);
    }

    static Finding notSupported(String field, String message) {
        return new Finding(field, Reason.NOT_SUPPORTED, message);
    }

    /** As in a status message: {@code spec.mode: ...}. */
    @Override
    public String toString() {
        return field + ": " + message;
    }
}
