package dev.espalier.operator.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.crds.v1alpha1.RollStage;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The calls that a request leads to, against scripted answers of an API server. */
@EnableKubernetesMockClient
class CertificateServiceTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final KeyPair KEYS = Requests.keys("EC", new ECGenParameterSpec("secp256r1"));
    private static final CertificateAuthority AUTHORITY =
            CertificateAuthority.generate(Duration.ofDays(3650), new SecureRandom(), NOW);
    private static final String REQUEST = "/apis/certificates.k8s.io/v1/certificatesigningrequests/espalier-a-1";
    private static final String SYSTEM = "/api/v1/namespaces/espalier-system";
    private static final String LEDGER = SYSTEM + "/configmaps/espalier-issued-certificates";

    @SuppressWarnings("NullAway.Init") // set by the extension
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init") // set by the extension
    KubernetesMockServer server;

    private final List<String> observed = new ArrayList<>();
    private boolean leads = true;

    @BeforeEach
    void world() {
        answer(
                "/api/v1/nodes/a",
                new NodeBuilder()
                        .withNewMetadata()
                        .withName("a")
                        .withUid("node-1")
                        .endMetadata()
                        .build());
        server.expect()
                .get()
                .withPath("/apis/ipsec.espalier.dev/v1alpha1/ipsecnodes/a")
                .andReturn(404, "")
                .always();
        answer(
                SYSTEM + "/secrets/espalier-ca",
                new SecretBuilder()
                        .withData(Map.of(
                                "tls.crt", base64(AUTHORITY.certificatePem()),
                                "tls.key", base64(AUTHORITY.keyPem())))
                        .build());
        server.expect()
                .post()
                .withPath(SYSTEM + "/configmaps")
                .andReturn(201, new ConfigMapBuilder().build())
                .always();
        server.expect()
                .post()
                .withPath("/api/v1/namespaces/default/events")
                .andReturn(201, Map.of())
                .always();
        server.expect()
                .put()
                .withPath(REQUEST + "/approval")
                .andReturn(200, csr("Approved"))
                .always();
        server.expect()
                .put()
                .withPath(REQUEST + "/status")
                .andReturn(200, csr("Approved"))
                .always();
    }

    @Test
    @Tag("CSR-06")
    @Tag("CSR-08")
    void aProperRequestIsApprovedThenRecordedThenSignedThenAnnounced() throws Exception {
        answer(SYSTEM + "/pods/agent", pod("a"));
        server.expect().get().withPath(LEDGER).andReturn(404, "").always();

        service().handle(csr());

        Map<String, String> writes = writes();
        assertThat(writes.keySet())
                .containsExactly(
                        "PUT " + REQUEST + "/approval",
                        "POST " + SYSTEM + "/configmaps",
                        "PUT " + REQUEST + "/status",
                        "POST /api/v1/namespaces/default/events");
        X509Certificate certificate = certificate(writes.get("PUT " + REQUEST + "/status"));
        certificate.verify(AUTHORITY.certificate().getPublicKey());
        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=a,O=espalier:nodes");
        assertThat(certificate.getNotAfter()).isEqualTo(Date.from(NOW.plusSeconds(3600)));
        String serial = CertificateAuthority.serialText(certificate);
        assertThat(writes.get("POST " + SYSTEM + "/configmaps")).contains(serial + " node-1");
        assertThat(writes.get("POST /api/v1/namespaces/default/events"))
                .contains(serial)
                .contains("node a")
                .contains("espalier-agent in pod agent");
        assertThat(observed).containsExactly("issued");
    }

    @Test
    @Tag("CSR-02")
    void anAgentThatAsksForAnotherNodeIsDeniedAndNothingElseIsWritten() throws Exception {
        answer(SYSTEM + "/pods/agent", pod("b"));

        service().handle(csr());

        Map<String, String> writes = writes();
        assertThat(writes.keySet()).containsExactly("PUT " + REQUEST + "/approval");
        assertThat(writes.get("PUT " + REQUEST + "/approval"))
                .contains("\"Denied\"")
                .contains("RequesterIsNotNode")
                .contains("runs on node 'b', not on 'a'");
        assertThat(observed).containsExactly("denied RequesterIsNotNode");
    }

    @Test
    @Tag("CSR-06")
    void aCacheThatHasYetToHearOfTheCertificateMakesNoSecondOne() throws Exception {
        answer(REQUEST, RequestStatus.issued(csr("Approved"), AUTHORITY.certificatePem()));

        service().handle(csr("Approved"));

        assertThat(writes()).isEmpty();
    }

    @Test
    @Tag("CSR-02")
    void someoneElsesApprovalDoesNotReplaceTheCheck() throws Exception {
        answer(SYSTEM + "/pods/agent", pod("b"));
        answer(REQUEST, csr("Approved"));

        service().handle(csr("Approved"));

        Map<String, String> writes = writes();
        assertThat(writes.keySet()).containsExactly("PUT " + REQUEST + "/status");
        assertThat(writes.get("PUT " + REQUEST + "/status"))
                .contains("\"Failed\"")
                .doesNotContain("certificate\":");
    }

    @Test
    @Tag("CSR-06")
    void aNodeThatHasHadItsShareIsDenied() throws Exception {
        answer(SYSTEM + "/pods/agent", pod("a"));
        Ledger full = Ledger.EMPTY;
        for (int i = 0; i < 10; i++) {
            full = full.with(new IssuedCertificate(
                    "a" + i, "a", "node-1", NOW.minusSeconds(60), NOW.plusSeconds(600), Optional.empty()));
        }
        answer(LEDGER, new ConfigMapBuilder().withData(full.data()).build());

        service().handle(csr());

        assertThat(writes().get("PUT " + REQUEST + "/approval")).contains("RateLimited");
    }

    @Test
    @Tag("OPR-04")
    void whoWokeUpWithoutTheLeaseSignsNothing() throws Exception {
        answer(SYSTEM + "/pods/agent", pod("a"));
        answer(REQUEST, csr("Approved"));
        server.expect().get().withPath(LEDGER).andReturn(404, "").always();
        leads = false;

        assertThatThrownBy(() -> service().handle(csr("Approved"))).isInstanceOf(Leadership.NotLeadingException.class);

        assertThat(writes()).isEmpty();
    }

    @Test
    @Tag("CSR-01")
    void requestsForOtherSignersAndFinishedOnesAreLeftAlone() throws Exception {
        CertificateSigningRequest kubelet = new CertificateSigningRequestBuilder(csr())
                .editSpec()
                .withSignerName("kubernetes.io/kubelet-serving")
                .endSpec()
                .build();

        service().handle(kubelet);
        service().handle(csr("Denied"));
        service().handle(csr("Failed"));

        assertThat(server.takeRequest(100, TimeUnit.MILLISECONDS)).isNull();
    }

    private CertificateService service() {
        PkiObserver observer = new PkiObserver() {
            @Override
            public void certificateIssued() {
                observed.add("issued");
            }

            @Override
            public void requestDenied(String reason) {
                observed.add("denied " + reason);
            }

            @Override
            public void rollStands(RollStage stage, int missing) {}

            @Override
            public void trustPublished(Instant notAfter, int revokedSerials) {
                observed.add("published");
            }
        };
        return Pki.of(
                        client,
                        new PkiSettings(Duration.ofHours(24), 10, Duration.ofDays(3650)),
                        observer,
                        new SecureRandom(),
                        InstantSource.fixed(NOW),
                        () -> {
                            if (!leads) {
                                throw new Leadership.NotLeadingException("the lease is another's");
                            }
                        })
                .certificates();
    }

    private void answer(String path, Object object) {
        server.expect().get().withPath(path).andReturn(200, object).always();
    }

    /** Bodies of what was written, by method and path, in order. */
    private Map<String, String> writes() throws InterruptedException {
        Map<String, String> writes = new LinkedHashMap<>();
        for (var request = server.takeRequest(1, TimeUnit.SECONDS);
                request != null;
                request = server.takeRequest(100, TimeUnit.MILLISECONDS)) {
            if (!request.getMethod().equals("GET")) {
                String path = request.getPath().replaceFirst("\\?.*", "");
                writes.put(request.getMethod() + " " + path, request.getBody().readUtf8());
            }
        }
        return writes;
    }

    private static X509Certificate certificate(@Nullable String body) throws Exception {
        CertificateSigningRequest signed =
                Serialization.unmarshal(Objects.requireNonNull(body), CertificateSigningRequest.class);
        byte[] pem = Base64.getDecoder().decode(signed.getStatus().getCertificate());
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
    }

    private static Pod pod(String node) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("agent")
                .withUid("pod-1")
                .endMetadata()
                .withNewSpec()
                .withServiceAccountName("espalier-agent")
                .withNodeName(node)
                .endSpec()
                .build();
    }

    private static CertificateSigningRequest csr(String... conditions) {
        CertificateSigningRequest csr = new CertificateSigningRequestBuilder()
                .withNewMetadata()
                .withName("espalier-a-1")
                .withResourceVersion("7")
                .endMetadata()
                .withNewSpec()
                .withSignerName("ipsec.espalier.dev/node")
                .withUsername("system:serviceaccount:espalier-system:espalier-agent")
                .withUsages("digital signature", "client auth", "server auth")
                .withExpirationSeconds(3600)
                .withRequest(
                        Base64.getEncoder().encodeToString(Requests.pem(Requests.proper(KEYS, "SHA256withECDSA", "a"))))
                .withExtra(Map.of(
                        RequesterBinding.POD_NAME, List.of("agent"),
                        RequesterBinding.POD_UID, List.of("pod-1"),
                        RequesterBinding.NODE_NAME, List.of("a"),
                        RequesterBinding.NODE_UID, List.of("node-1")))
                .endSpec()
                .build();
        for (String condition : conditions) {
            csr = new CertificateSigningRequestBuilder(csr)
                    .editOrNewStatus()
                    .addNewCondition()
                    .withType(condition)
                    .withStatus("True")
                    .endCondition()
                    .endStatus()
                    .build();
        }
        return csr;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
