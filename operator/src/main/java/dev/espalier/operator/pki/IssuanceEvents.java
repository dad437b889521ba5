package dev.espalier.operator.pki;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jboss.logging.Logger;

/** An Event on the Node for each certificate (CSR-06), where {@code kubectl describe node} shows it. */
final class IssuanceEvents {
    private static final Logger LOG = Logger.getLogger(IssuanceEvents.class);

    /** Where the API server wants events about objects without a namespace. */
    private static final String EVENT_NAMESPACE = "default";

    private final KubernetesClient client;
    private final InstantSource clock;

    IssuanceEvents(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    void issued(IssuedCertificate issued, String requester) {
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        var event = new EventBuilder()
                .withNewMetadata()
                .withNamespace(EVENT_NAMESPACE)
                .withGenerateName(issued.nodeName() + ".")
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion("v1")
                .withKind("Node")
                .withName(issued.nodeName())
                .withUid(issued.nodeUid())
                .endInvolvedObject()
                .withType("Normal")
                .withReason("CertificateIssued")
                .withMessage("certificate " + issued.serial() + " of node " + issued.nodeName() + " until "
                        + issued.notAfter() + ", requested by " + requester)
                .withNewSource()
                .withComponent("espalier-operator")
                .endSource()
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .build();
        try {
            client.resource(event).create();
        } catch (KubernetesClientException e) {
            // The ledger has the certificate; a node must not go without one because an Event could not be written.
            LOG.warnf("no Event for certificate %s of node %s: %s", issued.serial(), issued.nodeName(), e.getMessage());
        }
    }
}
