package dev.espalier.operator.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class StoresTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-24T10:00:00Z"));

    @EnableKubernetesMockClient(crud = true)
    @Nested
    class Crud {
        @SuppressWarnings("NullAway.Init") // set by the extension
        KubernetesClient client;

        @Test
        @Tag("CSR-07")
        void theCaIsMadeOnceAndSurvivesRestarts() {
            CertificateAuthority first = caStore(client).obtain().state().current();
            CertificateAuthority afterRestart = caStore(client).obtain().state().current();

            assertThat(afterRestart.certificate()).isEqualTo(first.certificate());
            Secret secret = client.secrets()
                    .inNamespace("espalier-system")
                    .withName("espalier-ca")
                    .get();
            assertThat(secret.getType()).isEqualTo("kubernetes.io/tls");
            assertThat(secret.getData()).containsOnlyKeys("tls.crt", "tls.key");
        }

        @Test
        void aCaThatNodesTrustIsNotReplacedWhenItsSecretIsGone() {
            store(client, PkiNames.TRUST_BUNDLE)
                    .update(data -> new ConfigMapStore.Change<>(Map.of("ca.crt", "PEM", "revoked", ""), ""));

            assertThatThrownBy(() -> caStore(client).obtain())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("espalier-system/espalier-ca is gone")
                    .hasMessageContaining("restore the Secret");
        }

        @Test
        void anUnreadableSecretIsNamed() {
            caStore(client).obtain();
            client.secrets()
                    .inNamespace("espalier-system")
                    .withName("espalier-ca")
                    .edit(secret -> {
                        secret.getData().put("tls.key", "bm9uc2Vuc2U=");
                        return secret;
                    });

            assertThatThrownBy(() -> caStore(client).obtain())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("espalier-system/espalier-ca")
                    .hasMessageContaining("tls.key");
        }

        @Test
        void updatesCreateThenChangeAndSkipWhatIsTheSame() {
            ConfigMapStore store = store(client, "some");
            store.update(data -> new ConfigMapStore.Change<>(Map.of("a", "1"), ""));
            String created = version();
            store.update(data -> new ConfigMapStore.Change<>(Map.of("a", "1"), ""));
            String same = version();
            store.update(data -> new ConfigMapStore.Change<>(Map.of("a", data.get("a") + "2"), ""));

            assertThat(same).isEqualTo(created);
            assertThat(store.read()).hasValueSatisfying(data -> assertThat(data).isEqualTo(Map.of("a", "12")));
        }

        private String version() {
            return client.configMaps()
                    .inNamespace("espalier-system")
                    .withName("some")
                    .get()
                    .getMetadata()
                    .getResourceVersion();
        }
    }

    @EnableKubernetesMockClient
    @Nested
    class Scripted {
        private static final String SECRETS = "/api/v1/namespaces/espalier-system/secrets";
        private static final String MAP = "/api/v1/namespaces/espalier-system/configmaps/some";

        @SuppressWarnings("NullAway.Init") // set by the extension
        KubernetesClient client;

        @SuppressWarnings("NullAway.Init") // set by the extension
        KubernetesMockServer server;

        @Test
        @Tag("OPR-04")
        void whoComesSecondTakesTheCaOfTheFirst() {
            CertificateAuthority theirs =
                    CertificateAuthority.generate(Duration.ofDays(3650), new SecureRandom(), CLOCK.instant());
            server.expect()
                    .get()
                    .withPath(SECRETS + "/espalier-ca")
                    .andReturn(404, "")
                    .once();
            server.expect().post().withPath(SECRETS).andReturn(409, "").once();
            server.expect()
                    .get()
                    .withPath(SECRETS + "/espalier-ca")
                    .andReturn(
                            200,
                            Map.of(
                                    "kind",
                                    "Secret",
                                    "apiVersion",
                                    "v1",
                                    "data",
                                    Map.of(
                                            "tls.crt",
                                            base64(theirs.certificatePem()),
                                            "tls.key",
                                            base64(theirs.keyPem()))))
                    .once();

            CertificateAuthority obtained = caStore(client).obtain().state().current();

            assertThat(obtained.certificate()).isEqualTo(theirs.certificate());
        }

        @Test
        @Tag("OPR-04")
        void aWriteThatComesTooLateIsComputedAgain() {
            server.expect().get().withPath(MAP).andReturn(200, map("1", "old")).once();
            server.expect().put().withPath(MAP).andReturn(409, "").once();
            server.expect().get().withPath(MAP).andReturn(200, map("2", "new")).once();
            server.expect()
                    .put()
                    .withPath(MAP)
                    .andReturn(200, map("3", "new+mine"))
                    .once();
            AtomicInteger computed = new AtomicInteger();

            String result = store(client, "some").update(data -> {
                computed.incrementAndGet();
                String next = data.get("a") + "+mine";
                return new ConfigMapStore.Change<>(Map.of("a", next), next);
            });

            assertThat(result).isEqualTo("new+mine");
            assertThat(computed).hasValue(2);
        }

        @Test
        @Tag("OPR-06")
        void otherFailuresAreTheCallers() {
            server.expect().get().withPath(MAP).andReturn(403, "").always();

            assertThatThrownBy(() -> store(client, "some").read()).isInstanceOf(KubernetesClientException.class);
        }

        private static ConfigMap map(String version, String value) {
            return new ConfigMapBuilder()
                    .withNewMetadata()
                    .withNamespace("espalier-system")
                    .withName("some")
                    .withResourceVersion(version)
                    .endMetadata()
                    .addToData("a", value)
                    .build();
        }
    }

    private static CaStore caStore(KubernetesClient client) {
        return new CaStore(
                client,
                store(client, PkiNames.TRUST_BUNDLE),
                () -> CertificateAuthority.generate(Duration.ofDays(3650), new SecureRandom(), CLOCK.instant()));
    }

    private static ConfigMapStore store(KubernetesClient client, String name) {
        return new ConfigMapStore(client, name);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
