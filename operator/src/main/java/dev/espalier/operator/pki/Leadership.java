package dev.espalier.operator.pki;

/**
 * Whether this process may act for the cluster now (OPR-04). Asked right before everything that cannot be taken back, because a process
 * that was stopped for a minute does not know it: what it was about to do then is another's now.
 */
public interface Leadership {
    /**
     * Returns while this process holds the lease.
     *
     * @throws NotLeadingException when it does not, or the lease has run out
     * @throws io.fabric8.kubernetes.client.KubernetesClientException when the API server does not say
     */
    void require();

    /** The lease is another's, or over. */
    final class NotLeadingException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        public NotLeadingException(String message) {
            super(message);
        }
    }
}
