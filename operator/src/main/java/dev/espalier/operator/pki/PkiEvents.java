package dev.espalier.operator.pki;

import dev.espalier.crds.v1alpha1.ApiGroup;
import dev.espalier.crds.v1alpha1.IPSecAuthority;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jboss.logging.Logger;

/**
 * Events: on the Node for each certificate (CSR-06), where {@code kubectl describe node} shows it; on the IPSecAuthority for each step of
 * a roll. One that cannot be written is logged and nothing else: ledger and Secret have what counts.
 */
final class PkiEvents {
    private static final Logger LOG = Logger.getLogger(PkiEvents.class);

    /** Where the API server wants events about objects without a namespace. */
    private static final String EVENT_NAMESPACE = "default";
    /** As the API server checks. */
    private static final int MAX_MESSAGE = 1024;

    private final KubernetesClient client;
    private final InstantSource clock;

    PkiEvents(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    /** @param requester by user name, with the pod when the token was bound to one */
    void issued(IssuedCertificate issued, String requester) {
        ObjectReference node = new ObjectReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Node")
                .withName(issued.nodeName())
                .withUid(issued.nodeUid())
                .build();
        write(
                node,
                "Normal",
                "CertificateIssued",
                "certificate " + issued.serial() + " of node " + issued.nodeName() + " until " + issued.notAfter()
                        + ", requested by " + requester);
    }

    /** @param nodeUid of the Node that the certificates were issued for, which may be gone */
    void revoked(String nodeName, String nodeUid, String serials) {
        ObjectReference node = new ObjectReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Node")
                .withName(nodeName)
                .withUid(nodeUid)
                .build();
        write(node, "Warning", "CertificateRevoked", "revoked certificates of node " + nodeName + ": " + serials);
    }

    /** @param type {@code Normal} or {@code Warning} */
    void roll(String type, String reason, String message) {
        ObjectReference authority = new ObjectReferenceBuilder()
                .withApiVersion(ApiGroup.API_VERSION)
                .withKind("IPSecAuthority")
                .withName(IPSecAuthority.NAME)
                .build();
        write(authority, type, reason, message);
    }

    private void write(ObjectReference about, String type, String reason, String message) {
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        var event = new EventBuilder()
                .withNewMetadata()
                .withNamespace(EVENT_NAMESPACE)
                .withGenerateName(about.getName() + ".")
                .endMetadata()
                .withInvolvedObject(about)
                .withType(type)
                .withReason(reason)
                .withMessage(message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE))
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
            LOG.warnf("no Event %s on %s: %s (%s)", reason, about.getName(), message, e.getMessage());
        }
    }
}
