package dev.espalier.lab.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.espalier.lab.probe.ProbeClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each service account, by its own token, tries what it must not do: all refused; and what it needs: all allowed. */
@Tag("operator")
class RightsTest {
    private static final String GROUP = "/apis/ipsec.espalier.dev/v1alpha1/";
    private static final String SYSTEM = "/api/v1/namespaces/espalier-system/";
    private static final String SIGNER = "ipsec.espalier.dev/node";

    @SuppressWarnings("NullAway.Init") // before all tests
    private static OperatorCluster cluster;

    @SuppressWarnings("NullAway.Init") // before all tests
    private static AgentAccount agentOfA;

    @SuppressWarnings("NullAway.Init") // before all tests
    private static AgentAccount agentOfB;

    @BeforeAll
    static void twoNodesAndAnOperator() {
        cluster = OperatorCluster.start();
        cluster.node("a", 1);
        cluster.node("b", 2);
        cluster.operator("operator-1");
        agentOfA = new AgentAccount(cluster.as(cluster.agentToken("a")));
        agentOfB = new AgentAccount(cluster.as(cluster.agentToken("b")));
        cluster.http()
                .post(SYSTEM + "secrets", "{\"metadata\":{\"name\":\"other\"},\"stringData\":{\"a\":\"secret\"}}");
        cluster.awaitReady("a", "b");
    }

    @AfterAll
    static void end() {
        cluster.close();
    }

    @Test
    @Tag("CSR-10")
    void anAgentWritesTheStatusOfItsOwnNodeAndOfNoOther() {
        String own = GROUP + "ipsecnodes/a/status";
        String other = GROUP + "ipsecnodes/b/status";
        String body =
                "{\"apiVersion\":\"ipsec.espalier.dev/v1alpha1\",\"kind\":\"IPSecNode\",\"metadata\":{\"name\":\"%s\"},"
                        + "\"status\":{\"agentVersion\":\"test\"}}";
        await("the API server keeps agents to their own status")
                .atMost(Duration.ofSeconds(30))
                .until(() -> agentOfA.http()
                                .apply(other + "?force=true", "espalier-agent", body.formatted("b"))
                                .code()
                        == 403);

        assertThat(agentOfA.http().apply(own + "?force=true", "espalier-agent", body.formatted("a")))
                .satisfies(answer ->
                        assertThat(answer.code()).as("%s", answer.body()).isEqualTo(200));
        assertThat(agentOfB.http()
                        .apply(other + "?force=true", "espalier-agent", body.formatted("b"))
                        .code())
                .isEqualTo(200);
        for (String type : List.of(ProbeClient.MERGE, ProbeClient.JSON_PATCH)) {
            String patch = type.equals(ProbeClient.MERGE)
                    ? "{\"status\":{\"agentVersion\":\"evil\"}}"
                    : "[{\"op\":\"add\",\"path\":\"/status/agentVersion\",\"value\":\"evil\"}]";
            ProbeClient.Answer refused = agentOfA.http().patch(other, type, patch);
            assertThat(refused.code()).isEqualTo(403);
            assertThat(refused.text("message")).contains("the agent of node 'a' may not write IPSecNode 'b'");
        }
        assertThat(cluster.http().get(GROUP + "ipsecnodes/b").text("status", "agentVersion"))
                .isEqualTo("test");
    }

    @Test
    @Tag("CSR-10")
    void anAgentTokenThatIsBoundToNoPodWritesNothing() {
        AgentAccount unbound = new AgentAccount(cluster.as(cluster.token("espalier-agent", null)));

        ProbeClient.Answer refused = unbound.http()
                .patch(GROUP + "ipsecnodes/a/status", ProbeClient.MERGE, "{\"status\":{\"agentVersion\":\"evil\"}}");

        assertThat(refused.code()).isEqualTo(403);
    }

    @Test
    @Tag("CSR-02")
    void anAgentGetsItsOwnNodesCertificateAndNoOthers() {
        assertThat(agentOfA.outcome(agentOfA.submit("a", SIGNER))).isEqualTo("Issued");
        assertThat(agentOfA.outcome(agentOfA.submit("b", SIGNER)))
                .startsWith("Denied RequesterIsNotNode")
                .contains("runs on node 'a', not on 'b'");
        AgentAccount unbound = new AgentAccount(cluster.as(cluster.token("espalier-agent", null)));
        assertThat(unbound.outcome(unbound.submit("a", SIGNER)))
                .startsWith("Denied RequesterIsNotNode")
                .contains("not bound to a pod");
    }

    @Test
    void anAgentIsRefusedEverythingElse() {
        String csr = agentOfA.submit("b", "kubernetes.io/kube-apiserver-client");
        Map<String, Integer> codes = new TreeMap<>();
        ProbeClient http = agentOfA.http();
        String spec = "{\"spec\":{\"podCIDRs\":[\"0.0.0.0/0\"]}}";
        codes.put(
                "change its own IPSecNode's spec",
                http.patch(GROUP + "ipsecnodes/a", ProbeClient.MERGE, spec).code());
        codes.put(
                "change another's",
                http.patch(GROUP + "ipsecnodes/b", ProbeClient.MERGE, spec).code());
        codes.put("delete an IPSecNode", http.delete(GROUP + "ipsecnodes/b").code());
        codes.put(
                "make a policy",
                http.post(
                                GROUP + "ipsecpolicies",
                                "{\"apiVersion\":\"ipsec.espalier.dev/v1alpha1\",\"kind\":\"IPSecPolicy\",\"metadata\":{\"name\":\"open\"},\"spec\":{\"action\":\"Bypass\"}}")
                        .code());
        codes.put(
                "ask for a CA roll",
                http.patch(
                                GROUP + "ipsecauthorities/cluster",
                                ProbeClient.MERGE,
                                "{\"spec\":{\"issuedAfter\":\"2026-11-24T10:00:00Z\"}}")
                        .code());
        codes.put(
                "approve a request",
                http.patch(
                                AgentAccount.REQUESTS + "/" + csr + "/approval",
                                ProbeClient.MERGE,
                                "{\"status\":{\"conditions\":[]}}")
                        .code());
        codes.put(
                "sign a request",
                http.patch(
                                AgentAccount.REQUESTS + "/" + csr + "/status",
                                ProbeClient.MERGE,
                                "{\"status\":{\"certificate\":\"eA==\"}}")
                        .code());
        codes.put("list requests", http.get(AgentAccount.REQUESTS).code());
        codes.put("read the CA's key", http.get(SYSTEM + "secrets/espalier-ca").code());
        codes.put("read another secret", http.get(SYSTEM + "secrets/other").code());
        codes.put("list secrets everywhere", http.get("/api/v1/secrets").code());
        codes.put(
                "change the trust bundle",
                http.patch(
                                SYSTEM + "configmaps/espalier-trust-bundle",
                                ProbeClient.MERGE,
                                "{\"data\":{\"ca.crt\":\"x\"}}")
                        .code());
        codes.put(
                "read the ledger",
                http.get(SYSTEM + "configmaps/espalier-issued-certificates").code());
        codes.put("list nodes", http.get("/api/v1/nodes").code());
        codes.put("list pods", http.get("/api/v1/pods").code());
        codes.put(
                "take the operators' lease",
                http.patch(
                                "/apis/coordination.k8s.io/v1/namespaces/espalier-system/leases/espalier-operator",
                                ProbeClient.MERGE,
                                "{\"spec\":{\"holderIdentity\":\"x\"}}")
                        .code());
        codes.put(
                "get tokens of others",
                http.post(SYSTEM + "serviceaccounts/espalier-operator/token", "{\"spec\":{}}")
                        .code());

        assertThat(codes).allSatisfy((what, code) -> assertThat(code).as(what).isEqualTo(403));
    }

    @Test
    @Tag("CSR-01")
    void theOperatorIsRefusedWhatIsNoneOfItsBusiness() {
        ProbeClient http = cluster.as(cluster.token("espalier-operator", null));
        String csr = "/apis/certificates.k8s.io/v1/certificatesigningrequests/"
                + agentOfA.submit("a", "kubernetes.io/kube-apiserver-client");
        var approved = http.get(csr).body();
        ((com.fasterxml.jackson.databind.node.ObjectNode) approved)
                .putObject("status")
                .putArray("conditions")
                .addObject()
                .put("type", "Approved")
                .put("status", "True")
                .put("reason", "x")
                .put("message", "x");
        Map<String, Integer> codes = new TreeMap<>();
        codes.put(
                "approve for another signer",
                http.put(csr + "/approval", approved).code());
        var signed =
                (com.fasterxml.jackson.databind.node.ObjectNode) http.get(csr).body();
        String pem = http.get(SYSTEM + "configmaps/espalier-trust-bundle").text("data", "ca.crt");
        signed.putObject("status")
                .put(
                        "certificate",
                        java.util.Base64.getEncoder()
                                .encodeToString(pem.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        codes.put("sign for another signer", http.put(csr + "/status", signed).code());
        codes.put("delete a request", http.delete(csr).code());
        codes.put(
                "read another secret of its namespace",
                http.get(SYSTEM + "secrets/other").code());
        codes.put("list secrets of its namespace", http.get(SYSTEM + "secrets").code());
        codes.put(
                "read secrets elsewhere",
                http.get("/api/v1/namespaces/kube-system/secrets").code());
        codes.put(
                "write an agent's status",
                http.patch(GROUP + "ipsecnodes/a/status", ProbeClient.MERGE, "{\"status\":{\"agentVersion\":\"x\"}}")
                        .code());
        codes.put(
                "change a policy",
                http.patch(GROUP + "ipsecpolicies/any", ProbeClient.MERGE, "{\"spec\":{}}")
                        .code());
        codes.put("delete a node", http.delete("/api/v1/nodes/a").code());
        codes.put(
                "change a node",
                http.patch("/api/v1/nodes/a", ProbeClient.MERGE, "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}")
                        .code());
        codes.put(
                "make a pod",
                http.post(
                                SYSTEM + "pods",
                                "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}")
                        .code());
        codes.put(
                "give itself rights",
                http.post(
                                "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
                                "{\"metadata\":{\"name\":\"x\"},\"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"ClusterRole\",\"name\":\"cluster-admin\"}}")
                        .code());
        codes.put(
                "get tokens of agents",
                http.post(SYSTEM + "serviceaccounts/espalier-agent/token", "{\"spec\":{}}")
                        .code());
        codes.put(
                "change another webhook",
                http.patch(
                                "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/other",
                                ProbeClient.MERGE,
                                "{\"webhooks\":[]}")
                        .code());
        codes.put(
                "make a webhook",
                http.post(
                                "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
                                "{\"metadata\":{\"name\":\"x\"},\"webhooks\":[]}")
                        .code());

        assertThat(codes).allSatisfy((what, code) -> assertThat(code).as(what).isEqualTo(403));
        List<String> needed =
                new ArrayList<>(List.of(SYSTEM + "secrets/espalier-ca", "/api/v1/nodes", GROUP + "ipsecnodes"));
        assertThat(needed)
                .allSatisfy(path -> assertThat(http.get(path).code()).as(path).isEqualTo(200));
    }
}
