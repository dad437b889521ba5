package dev.espalier.operator.pki;

/**
 * Why a request gets no certificate.
 *
 * @param message for the person who reads the CSR's condition: what was found and what is right
 */
record Denial(Reason reason, String message) {
    /** Reasons of the CSR's condition {@code Denied}, and of the metric. */
    enum Reason {
        /** The requester cannot be tied to the node (CSR-02). */
        REQUESTER_NOT_NODE("RequesterIsNotNode"),
        /** Subject, names, usages or extensions are not what is prescribed (CSR-03). */
        WRONG_CONTENT("WrongContent"),
        /** The key is of a kind that is not taken, or the request is not signed by it (CSR-04). */
        WRONG_KEY("WrongKey"),
        /** The node has had its certificates for this hour (CSR-06). */
        RATE_LIMITED("RateLimited"),
        /** The node was cut off (CSR-08). */
        NODE_REVOKED("NodeRevoked");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
