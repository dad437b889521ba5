package dev.espalier.agent.identity;

import java.util.Optional;

/** Who turns requests into certificates: the operator, by way of the API. */
public interface CertificateSigner {
    /**
     * Hands in a request.
     *
     * @param requestPem PKCS #10
     * @return a name under which to ask for the outcome
     * @throws SigningException when it was not taken
     */
    String submit(String requestPem) throws SigningException;

    /**
     * The certificate chain as PEM, end entity first; empty while nobody has decided.
     *
     * @throws SigningException when it was refused, or the outcome cannot be learned
     */
    Optional<String> certificate(String name) throws SigningException;

    /** The message says who refused and why. */
    final class SigningException extends Exception {
        private static final long serialVersionUID = 1L;

        public SigningException(String message) {
            super(message);
        }

        public SigningException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
