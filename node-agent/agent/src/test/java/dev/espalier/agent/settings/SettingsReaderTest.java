package dev.espalier.agent.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.wire.ip.Prefix;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsReaderTest {
    @Test
    void aNameIsEnoughInACluster() throws SettingsException {
        AgentSettings settings = SettingsReader.read(Map.of("ESPALIER_NODE_NAME", "n1"), false);

        assertThat(settings.nodeName()).isEqualTo("n1");
        assertThat(settings.sourceDir()).isNull();
        assertThat(settings.runDir()).isEqualTo(Path.of("/run/espalier"));
        assertThat(settings.tun()).isEqualTo("espalier0");
        assertThat(settings.mtu()).isEmpty();
        assertThat(settings.httpPort()).isEqualTo(9464);
        assertThat(settings.crypto()).isEqualTo(AgentSettings.Crypto.AUTO);
    }

    @Test
    void everySettingIsRead() throws SettingsException {
        AgentSettings settings = SettingsReader.read(
                Map.of(
                        "ESPALIER_NODE_NAME", "alpha.example",
                        "ESPALIER_SOURCE", "file:/etc/espalier",
                        "ESPALIER_IDENTITY_DIR", "/etc/espalier/identity",
                        "ESPALIER_RUN_DIR", "/tmp/run",
                        "ESPALIER_MTU", "1400",
                        "ESPALIER_CRYPTO", "jdk",
                        "ESPALIER_HTTP_PORT", "9000",
                        "ESPALIER_CLUSTER_CIDRS", "10.0.0.0/8, fd00::/8"),
                false);

        assertThat(settings.sourceDir()).isEqualTo(Path.of("/etc/espalier"));
        assertThat(settings.mtu()).hasValue(1400);
        assertThat(settings.crypto()).isEqualTo(AgentSettings.Crypto.JDK);
        assertThat(settings.clusterCidrs()).containsExactly(Prefix.parse("10.0.0.0/8"), Prefix.parse("fd00::/8"));
    }

    @Test
    void everyWrongVariableIsNamedAtOnce() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "ESPALIER_NODE_NAME", "Not A Name",
                "ESPALIER_SOURCE", "etcd:",
                "ESPALIER_MTU", "12",
                "ESPALIER_CRYPTO", "rot13",
                "ESPALIER_HTTP_PORT", "99999",
                "ESPALIER_TUN", "a-name-that-is-too-long",
                "ESPALIER_CLUSTER_CIDRS", "10.0.0.1/8"));

        assertThatThrownBy(() -> SettingsReader.read(environment, false))
                .isInstanceOf(SettingsException.class)
                .message()
                .contains("ESPALIER_NODE_NAME: 'Not A Name'")
                .contains("ESPALIER_SOURCE: 'etcd:' is neither 'kubernetes' nor 'file:DIR'")
                .contains("ESPALIER_MTU: '12'")
                .contains("ESPALIER_CRYPTO: 'rot13' is none of auto, libcrypto, jdk, null")
                .contains("ESPALIER_HTTP_PORT: '99999'")
                .contains("ESPALIER_TUN:")
                .contains("ESPALIER_CLUSTER_CIDRS: not a CIDR: '10.0.0.1/8'");
    }

    @Test
    void aFolderNeedsAnIdentity() {
        assertThatThrownBy(() -> SettingsReader.read(
                        Map.of("ESPALIER_NODE_NAME", "n1", "ESPALIER_SOURCE", "file:/etc/espalier"), false))
                .hasMessageContaining("ESPALIER_IDENTITY_DIR: must be set");
    }

    @Test
    void whatWeakensProtectionNeedsALabBuild() throws SettingsException {
        Map<String, String> environment =
                Map.of("ESPALIER_NODE_NAME", "n1", "ESPALIER_KEYLOG_DIR", "/tmp/keys", "ESPALIER_CRYPTO", "null");

        assertThatThrownBy(() -> SettingsReader.read(environment, false))
                .message()
                .contains("ESPALIER_KEYLOG_DIR: session keys are written by lab builds only")
                .contains("ESPALIER_CRYPTO: 'null'");
        assertThat(SettingsReader.read(environment, true).keyLogDir()).isEqualTo(Path.of("/tmp/keys"));
    }
}
