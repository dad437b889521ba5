package dev.espalier.lab.probe;

import static dev.espalier.lab.probe.ProbeApi.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.api.LabApiConfig;
import dev.espalier.lab.api.LabApiServer;
import dev.espalier.lab.api.model.Json;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tokens, users, roles. */
@Tag("probe")
class AccessProbeTest {
    private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1/";
    private static final String EXTRA = "authentication.kubernetes.io/";

    private final ProbeApi api = ProbeApi.get();
    private final ProbeClient client = api.admin();
    private String namespace = "";
    private String node = "";
    private String core = "";

    @BeforeEach
    void accountAndPodOnANode() {
        namespace = api.namespace();
        node = unique("node");
        core = "/api/v1/namespaces/" + namespace;
        client.post("/api/v1/nodes", "{\"metadata\":{\"name\":\"" + node + "\"}}");
        client.post(core + "/serviceaccounts", "{\"metadata\":{\"name\":\"agent\"}}");
        client.post(
                core + "/pods",
                "{\"metadata\":{\"name\":\"agent-1\"},\"spec\":{\"serviceAccountName\":\"agent\",\"nodeName\":\"" + node
                        + "\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}");
    }

    @Test
    void tokenBoundToAPodSaysWhichPodAndOnWhichNode() {
        JsonNode user = review(boundToken()).path("user");
        assertThat(user.path("username").asText()).isEqualTo("system:serviceaccount:" + namespace + ":agent");
        assertThat(Json.texts(user.path("groups")))
                .contains("system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated");
        assertThat(Json.texts(user.path("extra").path(EXTRA + "pod-name"))).containsExactly("agent-1");
        assertThat(Json.texts(user.path("extra").path(EXTRA + "pod-uid")))
                .containsExactly(client.get(core + "/pods/agent-1").text("metadata", "uid"));
        if (api.isAtLeast(30)) {
            assertThat(Json.texts(user.path("extra").path(EXTRA + "node-name"))).containsExactly(node);
            assertThat(Json.texts(user.path("extra").path(EXTRA + "node-uid")))
                    .containsExactly(client.get("/api/v1/nodes/" + node).text("metadata", "uid"));
        } else {
            assertThat(user.path("extra").has(EXTRA + "node-name")).isFalse();
        }
    }

    @Test
    void unboundTokenSaysNoPod() {
        JsonNode user = review(token("{}").text("status", "token")).path("user");
        assertThat(user.path("extra").has(EXTRA + "pod-name")).isFalse();
    }

    @Test
    void olderServerDoesNotSayTheNode() throws IOException {
        try (LabApiServer old = LabApiServer.start(LabApiConfig.local().emulating(20))) {
            ProbeClient other = ProbeClient.of(Config.fromKubeconfig(old.admin().toYaml()));
            String accounts = "/api/v1/namespaces/default/serviceaccounts";
            other.post(accounts, "{\"metadata\":{\"name\":\"agent\"}}");
            other.post(
                    "/api/v1/namespaces/default/pods",
                    "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"serviceAccountName\":\"agent\",\"nodeName\":\"n\",\"containers\":[{\"name\":\"c\"}]}}");
            String token = other.post(
                            accounts + "/agent/token",
                            "{\"spec\":{\"boundObjectRef\":{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"name\":\"p\"}}}")
                    .text("status", "token");
            JsonNode user = other.post(
                            "/apis/authentication.k8s.io/v1/tokenreviews", "{\"spec\":{\"token\":\"" + token + "\"}}")
                    .body()
                    .path("status")
                    .path("user");
            assertThat(user.path("extra").has(EXTRA + "pod-name")).isTrue();
            assertThat(user.path("extra").has(EXTRA + "node-name")).isFalse();
        }
    }

    @Test
    void tokenRequestIsCheckedAndTimed() {
        ProbeClient.Answer good = token("{\"expirationSeconds\":1200}");
        assertThat(good.code()).isEqualTo(201);
        assertThat(good.text("status", "expirationTimestamp")).isNotEmpty();
        assertThat(token("{\"expirationSeconds\":10}").code()).isEqualTo(422);
        assertThat(token("{\"boundObjectRef\":{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"name\":\"none\"}}")
                        .code())
                .isEqualTo(404);
        assertThat(token(
                                "{\"boundObjectRef\":{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"name\":\"agent-1\",\"uid\":\"other\"}}")
                        .code())
                .isEqualTo(409);
        client.post(
                core + "/pods",
                "{\"metadata\":{\"name\":\"other\"},\"spec\":{\"serviceAccountName\":\"default\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}");
        assertThat(token("{\"boundObjectRef\":{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"name\":\"other\"}}")
                        .code())
                .isEqualTo(400);
        assertThat(client.post(core + "/serviceaccounts/none/token", "{\"spec\":{}}")
                        .code())
                .isEqualTo(404);
    }

    @Test
    void tokenDiesWithItsPod() {
        String token = boundToken();
        assertThat(review(token).path("authenticated").asBoolean()).isTrue();
        client.delete(core + "/pods/agent-1", "{\"gracePeriodSeconds\":0}");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !review(token).path("authenticated").asBoolean());
        await().atMost(Duration.ofSeconds(20))
                .until(() -> api.as(token).get("/api/v1/nodes").code() == 401);
    }

    @Test
    void badTokenIsUnauthorizedAndNoneIsAnonymous() {
        assertThat(api.as("nonsense").get("/version").code()).isEqualTo(401);
        assertThat(api.as(null).get("/version").code()).isEqualTo(200);
        ProbeClient.Answer refused = api.as(null).get("/api/v1/nodes");
        assertThat(refused.code()).isEqualTo(403);
        assertThat(refused.text("message")).contains("User \"system:anonymous\" cannot list resource \"nodes\"");
    }

    @Test
    void nothingIsAllowedThatNoRoleGrants() {
        ProbeClient agent = api.as(boundToken());
        ProbeClient.Answer refused = agent.get(core + "/secrets");
        assertThat(refused.code()).isEqualTo(403);
        assertThat(refused.reason()).isEqualTo("Forbidden");
        assertThat(refused.text("message"))
                .contains("cannot list resource \"secrets\" in API group \"\" in the namespace \"" + namespace + "\"");
        assertThat(agent.get("/apis").code()).as("discovery is for everyone").isEqualTo(200);
    }

    @Test
    void clusterRoleGrantsVerbsOnResourcesNamesAndSubresources() {
        String role = grant("[{\"apiGroups\":[\"\"],\"resources\":[\"nodes\"],\"verbs\":[\"get\",\"list\"]},"
                + "{\"apiGroups\":[\"\"],\"resources\":[\"configmaps\"],\"resourceNames\":[\"mine\"],\"verbs\":[\"get\",\"patch\"]},"
                + "{\"apiGroups\":[\"probe.espalier.dev\"],\"resources\":[\"widgets/status\"],\"verbs\":[\"patch\"]}]");
        ProbeClient agent = api.as(boundToken());
        await().atMost(Duration.ofSeconds(10))
                .until(() -> agent.get("/api/v1/nodes").code() == 200);
        assertThat(agent.delete("/api/v1/nodes/" + node).code()).isEqualTo(403);
        client.post(core + "/configmaps", "{\"metadata\":{\"name\":\"mine\"}}");
        client.post(core + "/configmaps", "{\"metadata\":{\"name\":\"other\"}}");
        assertThat(agent.get(core + "/configmaps/mine").code()).isEqualTo(200);
        assertThat(agent.get(core + "/configmaps/other").code()).isEqualTo(403);
        assertThat(agent.get(core + "/configmaps").code()).isEqualTo(403);
        String widget = unique("w");
        client.post(ProbeApi.WIDGETS, ProbeApi.widget(widget, "{}"));
        String patch = "{\"status\":{\"phase\":\"x\"}}";
        assertThat(agent.patch(ProbeApi.WIDGETS + "/" + widget + "/status", ProbeClient.MERGE, patch)
                        .code())
                .isEqualTo(200);
        assertThat(agent.patch(ProbeApi.WIDGETS + "/" + widget, ProbeClient.MERGE, patch)
                        .code())
                .isEqualTo(403);
        client.delete(RBAC + "clusterrolebindings/" + role);
        client.delete(RBAC + "clusterroles/" + role);
    }

    @Test
    void roleInANamespaceGrantsThereOnly() {
        client.post(
                RBAC + "namespaces/" + namespace + "/roles",
                "{\"metadata\":{\"name\":\"r\"},\"rules\":[{\"apiGroups\":[\"\"],\"resources\":[\"*\"],\"verbs\":[\"*\"]}]}");
        client.post(
                RBAC + "namespaces/" + namespace + "/rolebindings",
                "{\"metadata\":{\"name\":\"r\"},\"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"Role\",\"name\":\"r\"},"
                        + "\"subjects\":[{\"kind\":\"ServiceAccount\",\"name\":\"agent\",\"namespace\":\"" + namespace
                        + "\"}]}");
        ProbeClient agent = api.as(boundToken());
        await().atMost(Duration.ofSeconds(10))
                .until(() -> agent.get(core + "/secrets").code() == 200);
        assertThat(agent.get("/api/v1/namespaces/default/secrets").code()).isEqualTo(403);
        assertThat(agent.get("/api/v1/secrets").code()).isEqualTo(403);
    }

    @Test
    void applyThatCreatesNeedsTheVerbCreate() {
        String role = grant(
                "[{\"apiGroups\":[\"probe.espalier.dev\"],\"resources\":[\"widgets\"],\"verbs\":[\"patch\",\"get\"]}]");
        ProbeClient agent = api.as(boundToken());
        String widget = unique("w");
        client.post(ProbeApi.WIDGETS, ProbeApi.widget(widget, "{}"));
        await().atMost(Duration.ofSeconds(10))
                .until(() -> agent.get(ProbeApi.WIDGETS + "/" + widget).code() == 200);
        assertThat(agent.apply(ProbeApi.WIDGETS + "/" + widget, "a", ProbeApi.widget(widget, "{\"mode\":\"Fast\"}"))
                        .code())
                .isEqualTo(200);
        String absent = unique("w");
        assertThat(agent.apply(ProbeApi.WIDGETS + "/" + absent, "a", ProbeApi.widget(absent, "{}"))
                        .code())
                .isEqualTo(403);
        client.delete(RBAC + "clusterrolebindings/" + role);
        client.delete(RBAC + "clusterroles/" + role);
    }

    @Test
    void accessReviewsAnswerAsTheServerWouldAct() {
        String reviews = "/apis/authorization.k8s.io/v1/";
        String question = "\"resourceAttributes\":{\"verb\":\"list\",\"resource\":\"nodes\"}";
        assertThat(client.post(reviews + "selfsubjectaccessreviews", "{\"spec\":{" + question + "}}")
                        .text("status", "allowed"))
                .isEqualTo("true");
        assertThat(api.as(boundToken())
                        .post(reviews + "selfsubjectaccessreviews", "{\"spec\":{" + question + "}}")
                        .text("status", "allowed"))
                .isEqualTo("false");
        assertThat(client.post(
                                reviews + "subjectaccessreviews",
                                "{\"spec\":{\"user\":\"x\",\"groups\":[\"system:masters\"]," + question + "}}")
                        .text("status", "allowed"))
                .isEqualTo("true");
    }

    @Test
    void clientCertificateNamesTheUserAndItsGroups() {
        assumeThat(api.embedded()).as("the CA's key is at hand").isPresent();
        LabApiServer server = api.embedded().orElseThrow();
        ProbeClient nobody = new ProbeClient(server.url(), null, server.clientContext("jane", List.of("dev")));
        assertThat(nobody.get("/api/v1/nodes").text("message")).contains("User \"jane\" cannot list");
        JsonNode self = nobody.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}")
                .body();
        assertThat(Json.texts(Json.at(self, "status", "userInfo", "groups")))
                .containsExactlyInAnyOrder("dev", "system:authenticated");
        ProbeClient master =
                new ProbeClient(server.url(), null, server.clientContext("root", List.of("system:masters")));
        assertThat(master.get("/api/v1/nodes").code()).isEqualTo(200);
    }

    private String grant(String rules) {
        String role = unique("role");
        client.post(RBAC + "clusterroles", "{\"metadata\":{\"name\":\"" + role + "\"},\"rules\":" + rules + "}");
        client.post(
                RBAC + "clusterrolebindings",
                "{\"metadata\":{\"name\":\"" + role
                        + "\"},\"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"ClusterRole\",\"name\":\""
                        + role + "\"},\"subjects\":[{\"kind\":\"ServiceAccount\",\"name\":\"agent\",\"namespace\":\""
                        + namespace + "\"}]}");
        return role;
    }

    private ProbeClient.Answer token(String spec) {
        return client.post(core + "/serviceaccounts/agent/token", "{\"spec\":" + spec + "}");
    }

    private String boundToken() {
        return token("{\"boundObjectRef\":{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"name\":\"agent-1\"}}")
                .text("status", "token");
    }

    private JsonNode review(String token) {
        return client.post("/apis/authentication.k8s.io/v1/tokenreviews", "{\"spec\":{\"token\":\"" + token + "\"}}")
                .body()
                .path("status");
    }
}
