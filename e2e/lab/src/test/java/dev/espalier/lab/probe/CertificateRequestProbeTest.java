package dev.espalier.lab.probe;

import static dev.espalier.lab.probe.ProbeApi.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** CertificateSigningRequests: what the operator's signer builds on (CSR-01, CSR-02). */
@Tag("probe")
@Tag("CSR-01")
@Tag("CSR-02")
class CertificateRequestProbeTest {
    private static final String CSRS = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1/";
    private static final String SIGNER = "probe.espalier.dev/node";
    private static final String APPROVED =
            "{\"status\":{\"conditions\":[{\"type\":\"Approved\",\"status\":\"True\",\"reason\":\"r\",\"message\":\"m\"}]}}";

    private final ProbeApi api = ProbeApi.get();
    private final ProbeClient client = api.admin();
    private final String name = unique("csr");
    private final String path = CSRS + "/" + name;
    private final KeyPair keys = newKeys();
    private String namespace = "";

    @BeforeEach
    void accounts() {
        namespace = api.namespace();
        client.post("/api/v1/namespaces/" + namespace + "/serviceaccounts", "{\"metadata\":{\"name\":\"agent\"}}");
        client.post(
                "/api/v1/namespaces/" + namespace + "/pods",
                "{\"metadata\":{\"name\":\"agent-1\"},\"spec\":{\"serviceAccountName\":\"agent\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}");
    }

    @Test
    void serverWritesDownWhoAskedWhateverTheRequestSays() {
        grant(
                "[{\"apiGroups\":[\"certificates.k8s.io\"],\"resources\":[\"certificatesigningrequests\"],\"verbs\":[\"create\"]}]");
        ProbeClient agent = api.as(agentToken());
        ObjectNode forged = Json.literal(request(SIGNER));
        Json.childObject(forged, "spec")
                .put("username", "system:admin")
                .putArray("groups")
                .add("system:masters");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> agent.post(CSRS, forged.toString()).code() != 403);
        JsonNode spec = client.get(path).body().path("spec");
        assertThat(spec.path("username").asText()).isEqualTo("system:serviceaccount:" + namespace + ":agent");
        assertThat(Json.texts(spec.path("groups")))
                .contains("system:serviceaccounts")
                .doesNotContain("system:masters");
        assertThat(Json.texts(Json.at(spec, "extra", "authentication.kubernetes.io/pod-name")))
                .containsExactly("agent-1");
    }

    @Test
    void specNeverChanges() {
        ProbeClient.Answer made = client.post(CSRS, request(SIGNER));
        assertThat(made.code()).as(made.body().toString()).isEqualTo(201);
        ProbeClient.Answer patched = client.patch(
                path, ProbeClient.MERGE, "{\"spec\":{\"username\":\"other\",\"signerName\":\"other.example/x\"}}");
        assertThat(Json.at(patched.body(), "spec")).isEqualTo(made.body().path("spec"));
    }

    @Test
    void requestIsChecked() {
        assertThat(client.post(CSRS, request("no-domain")).code()).isEqualTo(422);
        assertThat(client.post(CSRS, request(SIGNER).replace("\"usages\":[\"client auth\"]", "\"usages\":[]"))
                        .code())
                .isEqualTo(422);
        ObjectNode garbage = Json.literal(request(SIGNER));
        Json.childObject(garbage, "spec")
                .put("request", Base64.getEncoder().encodeToString("hello".getBytes(StandardCharsets.US_ASCII)));
        assertThat(client.post(CSRS, garbage.toString()).code()).isEqualTo(422);
        assumeThat(api.isAtLeast(22)).as("expirationSeconds exists").isTrue();
        ObjectNode brief = Json.literal(request(SIGNER));
        Json.childObject(brief, "spec").put("expirationSeconds", 60);
        assertThat(client.post(CSRS, brief.toString()).code()).isEqualTo(422);
    }

    @Test
    void approvalChangesConditionsAloneAndStandsOnceGiven() {
        client.post(CSRS, request(SIGNER));
        assertThat(client.patch(path, ProbeClient.MERGE, APPROVED)
                        .body()
                        .path("status")
                        .path("conditions")
                        .size())
                .as("not by the main path")
                .isZero();
        ProbeClient.Answer approved = client.patch(path + "/approval", ProbeClient.MERGE, APPROVED);
        assertThat(approved.code()).as(approved.body().toString()).isEqualTo(200);
        assertThat(Json.at(approved.body(), "status", "conditions").findValuesAsText("type"))
                .containsExactly("Approved");
        assertThat(client.patch(path + "/approval", ProbeClient.MERGE, "{\"status\":{\"conditions\":[]}}")
                        .code())
                .isEqualTo(422);
        assertThat(client.patch(
                                path + "/approval",
                                ProbeClient.JSON_PATCH,
                                "[{\"op\":\"add\",\"path\":\"/status/conditions/-\",\"value\":{\"type\":\"Denied\",\"status\":\"True\",\"reason\":\"r\"}}]")
                        .code())
                .isEqualTo(422);
    }

    @Test
    void certificateIsSetByStatusOnceAndMustBeOne() {
        client.post(CSRS, request(SIGNER));
        client.patch(path + "/approval", ProbeClient.MERGE, APPROVED);
        assertThat(client.patch(
                                path + "/status",
                                ProbeClient.MERGE,
                                "{\"status\":{\"certificate\":\"" + base64("nonsense") + "\"}}")
                        .code())
                .isEqualTo(422);
        String certificate = "{\"status\":{\"certificate\":\"" + base64(certificate()) + "\"}}";
        ProbeClient.Answer issued = client.patch(path + "/status", ProbeClient.MERGE, certificate);
        assertThat(issued.code()).as(issued.body().toString()).isEqualTo(200);
        assertThat(Json.at(issued.body(), "status", "conditions").findValuesAsText("type"))
                .containsExactly("Approved");
        assertThat(client.patch(
                                path + "/status",
                                ProbeClient.MERGE,
                                "{\"status\":{\"certificate\":\"" + base64(certificate()) + "\"}}")
                        .code())
                .isEqualTo(422);
    }

    @Test
    void approvingAndIssuingNeedTheirVerbsOnTheSigner() {
        client.post(CSRS, request(SIGNER));
        String other = unique("csr");
        client.post(CSRS, request("other.espalier.dev/node").replace(name, other));
        grant(
                "[{\"apiGroups\":[\"certificates.k8s.io\"],\"resources\":[\"certificatesigningrequests/approval\",\"certificatesigningrequests/status\"],\"verbs\":[\"patch\"]},"
                        + "{\"apiGroups\":[\"certificates.k8s.io\"],\"resources\":[\"signers\"],\"resourceNames\":[\""
                        + SIGNER + "\"],\"verbs\":[\"approve\"]}]");
        ProbeClient agent = api.as(agentToken());
        await().atMost(Duration.ofSeconds(10))
                .until(() -> agent.patch(path + "/approval", ProbeClient.MERGE, APPROVED)
                                .code()
                        == 200);
        assertThat(agent.patch(CSRS + "/" + other + "/approval", ProbeClient.MERGE, APPROVED)
                        .code())
                .isEqualTo(403);
        ProbeClient.Answer unsigned = agent.patch(
                path + "/status",
                ProbeClient.MERGE,
                "{\"status\":{\"certificate\":\"" + base64(certificate()) + "\"}}");
        assertThat(unsigned.code()).isEqualTo(403);
        assertThat(unsigned.text("message")).contains("sign requests with signerName");
        grant(
                "[{\"apiGroups\":[\"certificates.k8s.io\"],\"resources\":[\"signers\"],\"resourceNames\":[\"probe.espalier.dev/*\"],\"verbs\":[\"sign\"]}]");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> agent.patch(
                                        path + "/status",
                                        ProbeClient.MERGE,
                                        "{\"status\":{\"certificate\":\"" + base64(certificate()) + "\"}}")
                                .code()
                        == 200);
    }

    private String request(String signer) {
        try {
            var builder =
                    new JcaPKCS10CertificationRequestBuilder(new X500Principal("O=probe, CN=x"), keys.getPublic());
            String pem = pem(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
            return "{\"apiVersion\":\"certificates.k8s.io/v1\",\"kind\":\"CertificateSigningRequest\",\"metadata\":{\"name\":\""
                    + name + "\"},\"spec\":{\"signerName\":\"" + signer
                    + "\",\"usages\":[\"client auth\"],\"request\":\"" + base64(pem) + "\"}}";
        } catch (OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private String certificate() {
        try {
            X500Principal issuer = new X500Principal("CN=probe");
            Instant now = Instant.now();
            var builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    BigInteger.valueOf(System.nanoTime()),
                    Date.from(now),
                    Date.from(now.plusSeconds(600)),
                    issuer,
                    keys.getPublic());
            return pem(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static KeyPair newKeys() {
        try {
            return KeyPairGenerator.getInstance("EC").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void grant(String rules) {
        String role = unique("role");
        client.post(RBAC + "clusterroles", "{\"metadata\":{\"name\":\"" + role + "\"},\"rules\":" + rules + "}");
        client.post(
                RBAC + "clusterrolebindings",
                "{\"metadata\":{\"name\":\"" + role
                        + "\"},\"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"ClusterRole\",\"name\":\""
                        + role + "\"},\"subjects\":[{\"kind\":\"ServiceAccount\",\"name\":\"agent\",\"namespace\":\""
                        + namespace + "\"}]}");
    }

    private String agentToken() {
        return client.post(
                        "/api/v1/namespaces/" + namespace + "/serviceaccounts/agent/token",
                        "{\"spec\":{\"boundObjectRef\":{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"name\":\"agent-1\"}}}")
                .text("status", "token");
    }
}
