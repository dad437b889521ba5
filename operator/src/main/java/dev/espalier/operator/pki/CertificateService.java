package dev.espalier.operator.pki;

import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.operator.pki.Denial.Reason;
import dev.espalier.operator.pki.RequesterBinding.LiveNode;
import dev.espalier.operator.pki.RequesterBinding.LivePod;
import dev.espalier.operator.pki.RequesterBinding.Requester;
import dev.espalier.operator.pki.RequesterBinding.Stored;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * The certificate authority at work. Each call reads what it needs from the API server and leaves nothing in memory; each write is
 * under the version that was read, so that of two operators at most one gets its way (OPR-04).
 */
public final class CertificateService {
    private static final Logger LOG = Logger.getLogger(CertificateService.class);

    private final KubernetesClient client;
    private final PkiSettings settings;
    private final PkiObserver observer;
    private final SecureRandom random;
    private final InstantSource clock;
    private final Stores stores;
    private final Leadership leadership;
    private final Lock signing;
    private final IssueLog issueLog;

    CertificateService(
            KubernetesClient client,
            PkiSettings settings,
            PkiObserver observer,
            Stores stores,
            Leadership leadership,
            Lock signing,
            SecureRandom random,
            InstantSource clock) {
        this.client = client;
        this.settings = settings;
        this.observer = observer;
        this.stores = stores;
        this.leadership = leadership;
        this.signing = signing;
        this.random = random;
        this.clock = clock;
        this.issueLog = new IssueLog(stores.ledger(), this::rateLimit);
    }

    /** Where it reads and writes. */
    record Stores(CaStore ca, ConfigMapStore ledger, TrustPublication publication, PkiEvents events) {}

    /**
     * Brings a request to its end: denied with a reason, or approved and signed. Requests for other signers, and finished ones, are left
     * alone. A request that someone else approved is checked all the same.
     *
     * @throws io.fabric8.kubernetes.client.KubernetesClientException when the API server is away, or the request has changed; to be
     *     called again with the newest version
     */
    void handle(CertificateSigningRequest csr) {
        RequestStatus status = RequestStatus.of(csr);
        if (!PkiNames.SIGNER.equals(csr.getSpec().getSignerName()) || status.finished()) {
            return;
        }
        if (!status.approved()) {
            decide(csr, status);
            return;
        }
        // Mostly our own approval, of which the cache hears before it hears of the certificate.
        CertificateSigningRequest newest = client.resource(csr).get();
        if (newest != null && !RequestStatus.of(newest).finished()) {
            decide(newest, RequestStatus.of(newest));
        }
    }

    private void decide(CertificateSigningRequest csr, RequestStatus status) {
        switch (read(csr)) {
            case RequestContent.Reading.Improper(Denial denial) -> refuse(csr, status, denial);
            case RequestContent.Reading.Proper proper -> {
                Requester requester = requester(csr);
                Optional<Node> node = Optional.ofNullable(
                        client.nodes().withName(proper.nodeName()).get());
                Optional<Denial> denial = RequesterBinding.check(proper.nodeName(), requester, stored(requester, node))
                        .or(() -> rateLimit(
                                stores.ledger().read().map(Ledger::parse).orElse(Ledger.EMPTY), proper.nodeName()));
                if (denial.isPresent()) {
                    refuse(csr, status, denial.get());
                } else {
                    issue(csr, status, proper, node.orElseThrow());
                }
            }
        }
    }

    /**
     * Puts certificates of nodes that are gone on the deny list and publishes the trust bundle.
     *
     * @param nodeUids UIDs of the nodes known now; one that is missing here counts as gone only when the API server says so too (OPR-06)
     * @param cutOff names of nodes that an administrator has revoked
     */
    public void publish(Map<String, String> nodeUids, Set<String> cutOff) {
        Instant now = clock.instant();
        Ledger current = stores.ledger().read().map(Ledger::parse).orElse(Ledger.EMPTY);
        Set<String> gone = new HashSet<>();
        for (IssuedCertificate entry : current.entries()) {
            if (entry.valid() && !entry.nodeUid().equals(nodeUids.get(entry.nodeName())) && isGone(entry)) {
                gone.add(entry.nodeUid());
            }
        }
        Ledger next = stores.ledger().update(data -> {
            Ledger updated = Ledger.parse(data)
                    .revoking(entry -> gone.contains(entry.nodeUid()) || cutOff.contains(entry.nodeName()), now)
                    .pruned(now);
            return new ConfigMapStore.Change<>(updated.data(), updated);
        });
        announceRevoked(current, next);
        stores.publication().publish();
    }

    private void announceRevoked(Ledger before, Ledger after) {
        Set<String> old = before.revokedSerials();
        after.entries().stream()
                .filter(entry -> !entry.valid() && !old.contains(entry.serial()))
                .collect(Collectors.groupingBy(entry -> List.of(entry.nodeName(), entry.nodeUid())))
                .forEach((node, entries) -> {
                    String serials =
                            entries.stream().map(IssuedCertificate::serial).collect(Collectors.joining(", "));
                    LOG.infof("revoked certificates of node %s (uid %s): %s", node.get(0), node.get(1), serials);
                    stores.events().revoked(node.get(0), node.get(1), serials);
                });
    }

    private boolean isGone(IssuedCertificate entry) {
        Node node = client.nodes().withName(entry.nodeName()).get();
        return node == null || !entry.nodeUid().equals(node.getMetadata().getUid());
    }

    private static RequestContent.Reading read(CertificateSigningRequest csr) {
        byte[] pem;
        try {
            pem = Base64.getDecoder().decode(csr.getSpec().getRequest());
        } catch (IllegalArgumentException e) {
            return new RequestContent.Reading.Improper(
                    new Denial(Reason.WRONG_CONTENT, "spec.request is no base64: " + e.getMessage()));
        }
        return RequestContent.read(pem, Objects.requireNonNullElse(csr.getSpec().getUsages(), List.of()));
    }

    private static Requester requester(CertificateSigningRequest csr) {
        return new Requester(
                Objects.requireNonNullElse(csr.getSpec().getUsername(), ""),
                Objects.requireNonNullElse(csr.getSpec().getExtra(), Map.of()));
    }

    private Stored stored(Requester requester, Optional<Node> node) {
        Optional<Pod> pod = requester
                .single(RequesterBinding.POD_NAME)
                .map(name -> client.pods()
                        .inNamespace(PkiNames.NAMESPACE)
                        .withName(name)
                        .get());
        return new Stored(
                pod.map(CertificateService::livePod),
                node.map(this::liveNode),
                requester.extra().containsKey(RequesterBinding.NODE_NAME) || apiServerNamesNodesInTokens());
    }

    private static LivePod livePod(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return new LivePod(
                pod.getMetadata().getName(),
                pod.getMetadata().getUid(),
                Objects.requireNonNullElse(pod.getSpec().getServiceAccountName(), ""),
                Objects.requireNonNullElse(pod.getSpec().getNodeName(), ""),
                "Succeeded".equals(phase) || "Failed".equals(phase));
    }

    private LiveNode liveNode(Node node) {
        String name = node.getMetadata().getName();
        IPSecNode ipsecNode = client.resources(IPSecNode.class).withName(name).get();
        return new LiveNode(name, node.getMetadata().getUid(), ipsecNode != null && isCutOff(ipsecNode));
    }

    /** Whether an administrator has revoked the node. */
    public static boolean isCutOff(HasMetadata ipsecNode) {
        Map<String, String> annotations = ipsecNode.getMetadata().getAnnotations();
        return annotations != null && "true".equals(annotations.get(PkiNames.REVOKED_ANNOTATION));
    }

    private boolean apiServerNamesNodesInTokens() {
        return ApiServerVersion.of(client).namesNodesInTokens();
    }

    private Optional<Denial> rateLimit(Ledger issuedSoFar, String nodeName) {
        int limit = settings.effectiveIssuesPerHour();
        long issued = issuedSoFar.issuedSince(nodeName, clock.instant().minus(Duration.ofHours(1)));
        return issued < limit
                ? Optional.empty()
                : Optional.of(new Denial(
                        Reason.RATE_LIMITED,
                        "node '" + nodeName + "' got " + issued + " certificates within an hour; the limit is "
                                + limit));
    }

    private void refuse(CertificateSigningRequest csr, RequestStatus status, Denial denial) {
        LOG.warnf("denied %s: %s: %s", csr.getMetadata().getName(), denial.reason(), denial.message());
        if (status.approved()) {
            // Approval cannot be taken back; the signer refuses.
            client.resource(RequestStatus.failed(csr, denial, clock.instant()))
                    .subresource("status")
                    .update();
        } else {
            client.resource(RequestStatus.denied(csr, denial, clock.instant()))
                    .subresource("approval")
                    .update();
        }
        observer.requestDenied(denial.reason().toString());
    }

    private void issue(
            CertificateSigningRequest csr, RequestStatus status, RequestContent.Reading.Proper request, Node node) {
        CertificateSigningRequest approved = status.approved()
                ? csr
                : client.resource(RequestStatus.approved(csr, request.nodeName(), clock.instant()))
                        .subresource("approval")
                        .update();
        Integer expirationSeconds = csr.getSpec().getExpirationSeconds();
        Duration lifetime = settings.lifetimeFor(
                expirationSeconds == null ? OptionalLong.empty() : OptionalLong.of(expirationSeconds));
        signing.lock();
        try {
            sign(csr, approved, request, node, lifetime);
        } finally {
            signing.unlock();
        }
    }

    private void sign(
            CertificateSigningRequest csr,
            CertificateSigningRequest approved,
            RequestContent.Reading.Proper request,
            Node node,
            Duration lifetime) {
        leadership.require();
        Instant now = clock.instant();
        X509Certificate certificate = stores.ca()
                .obtain()
                .state()
                .current()
                .issue(request.nodeName(), request.publicKey(), lifetime, random, now);
        IssuedCertificate issued = new IssuedCertificate(
                CertificateAuthority.serialText(certificate),
                request.nodeName(),
                node.getMetadata().getUid(),
                now,
                certificate.getNotAfter().toInstant(),
                Optional.empty());
        Optional<Denial> tooMany = issueLog.add(issued, now);
        if (tooMany.isPresent()) {
            refuse(approved, RequestStatus.of(approved), tooMany.get());
            return;
        }
        // Writing the ledger may have taken its time.
        leadership.require();
        client.resource(RequestStatus.issued(approved, CertificateAuthority.pem(certificate)))
                .subresource("status")
                .update();
        LOG.infof("issued certificate %s of node %s until %s", issued.serial(), issued.nodeName(), issued.notAfter());
        observer.certificateIssued();
        stores.events().issued(issued, describe(requester(csr)));
    }

    private static String describe(Requester requester) {
        return requester
                .single(RequesterBinding.POD_NAME)
                .map(pod -> requester.username() + " in pod " + pod)
                .orElse(requester.username());
    }
}
