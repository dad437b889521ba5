package dev.espalier.lab.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.api.model.Json;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client learns before it does anything. */
@Tag("probe")
class DiscoveryProbeTest {
    private final ProbeApi api = ProbeApi.get();
    private final ProbeClient client = api.admin();

    @Test
    void groupsAndVersionsAreListed() {
        assertThat(Json.texts(client.get("/api").body().path("versions"))).containsExactly("v1");
        JsonNode groups = client.get("/apis").body().path("groups");
        assertThat(groups.findValuesAsText("name"))
                .contains("apps", "probe.espalier.dev", "certificates.k8s.io", "coordination.k8s.io");
        assertThat(client.get("/apis/probe.espalier.dev").text("preferredVersion", "groupVersion"))
                .isEqualTo("probe.espalier.dev/v1");
        assertThat(client.get("/apis/none.such").code()).isEqualTo(404);
        assertThat(client.get("/apis/apps/v9").code()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1, nodes, Node, false",
        "/api/v1, pods, Pod, true",
        "/api/v1, serviceaccounts, ServiceAccount, true",
        "/apis/coordination.k8s.io/v1, leases, Lease, true",
        "/apis/certificates.k8s.io/v1, certificatesigningrequests, CertificateSigningRequest, false",
        "/apis/probe.espalier.dev/v1, widgets, Widget, false"
    })
    void resourcesAreListedWithKindAndScope(String path, String plural, String kind, boolean namespaced) {
        JsonNode resource = find(client.get(path).body(), plural);
        assertThat(resource.path("kind").asText()).isEqualTo(kind);
        assertThat(resource.path("namespaced").asBoolean()).isEqualTo(namespaced);
        assertThat(Json.texts(resource.path("verbs")))
                .contains("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
    }

    @Test
    void subresourcesAndShortNamesAreListed() {
        JsonNode widgets = client.get("/apis/probe.espalier.dev/v1").body();
        assertThat(Json.texts(find(widgets, "widgets/status").path("verbs")))
                .containsExactlyInAnyOrder("get", "patch", "update");
        assertThat(Json.texts(find(widgets, "widgets").path("shortNames"))).containsExactly("xwidget");
        assertThat(find(client.get("/api/v1").body(), "serviceaccounts/token")
                        .path("kind")
                        .asText())
                .isEqualTo("TokenRequest");
        assertThat(find(client.get("/apis/certificates.k8s.io/v1").body(), "certificatesigningrequests/approval")
                        .isMissingNode())
                .isFalse();
    }

    @Test
    void healthAndVersionAreOpenToEveryone() {
        ProbeClient nobody = api.as(null);
        assertThat(nobody.get("/readyz").code()).isEqualTo(200);
        assertThat(nobody.get("/livez").code()).isEqualTo(200);
        assertThat(nobody.get("/version").text("gitVersion")).startsWith("v1.");
    }

    @Test
    void schemaSaysThatPatchesAreValidatedByTheServer() {
        assumeThat(api.isAtLeast(27)).as("/openapi/v3 is served").isTrue();
        String url = client.get("/openapi/v3")
                .body()
                .path("paths")
                .path("apis/probe.espalier.dev/v1")
                .path("serverRelativeURL")
                .asText();
        JsonNode document = client.get(url).body();
        JsonNode patch = document.path("paths")
                .path("/apis/probe.espalier.dev/v1/widgets/{name}")
                .path("patch");
        assertThat(patch.path("parameters").findValuesAsText("name")).contains("fieldValidation");
        assertThat(patch.path("x-kubernetes-group-version-kind").path("kind").asText())
                .isEqualTo("Widget");
        assertThat(document.path("components").path("schemas").toString()).contains("How big.");
    }

    @Test
    void unknownPathsAndVerbsAreRefused() {
        assertThat(client.get("/nothing/here").code()).isEqualTo(404);
        assertThat(client.get("/api/v1/nonsenses").code()).isEqualTo(404);
        assertThat(client.post("/api/v1/nodes/x", "{}").code()).isEqualTo(405);
        assertThat(client.get(ProbeApi.WIDGETS + "/x/nonsense").code()).isEqualTo(404);
    }

    private static JsonNode find(JsonNode list, String name) {
        for (JsonNode resource : list.path("resources")) {
            if (resource.path("name").asText().equals(name)) {
                return resource;
            }
        }
        return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }
}
