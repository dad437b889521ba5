package dev.espalier.agent.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.cni.CniVersions;
import dev.espalier.wire.ip.IpAddress;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class AddResultTest {
    static final Attachment ATTACHMENT = new Attachment(
            true,
            "pods",
            "c1",
            "eth0",
            "/run/netns/c1",
            "default",
            "web",
            1400,
            List.of(
                    new PodAddress(IpAddress.parse("10.1.0.2"), IpAddress.parse("10.1.0.1")),
                    new PodAddress(IpAddress.parse("fd00::2"), IpAddress.parse("fd00::1"))));

    private static JsonNode result(String version) throws IOException {
        return new ObjectMapper()
                .readTree(AddResult.of(ATTACHMENT, new NetworkConfig(version, "pods", 0, null, false, null, null)));
    }

    @Test
    @Tag("CNI-01")
    void theShapeFollowsTheVersion() throws IOException {
        for (String version : CniVersions.SUPPORTED) {
            JsonNode result = result(version);
            boolean one = version.startsWith("1.");
            boolean latest = version.equals("1.1.0");
            assertThat(result.get("cniVersion").asText()).isEqualTo(version);
            assertThat(result.at("/ips/0").has("version"))
                    .as("ips.version of %s", version)
                    .isEqualTo(!one);
            assertThat(result.at("/interfaces/1").has("mtu"))
                    .as("mtu of %s", version)
                    .isEqualTo(latest);
            assertThat(result.at("/routes/0").has("scope"))
                    .as("scope of %s", version)
                    .isEqualTo(latest);
            assertThat(result.at("/ips/1/interface").asInt()).isEqualTo(1);
        }
        assertThat(result("0.4.0").at("/ips/1/version").asText()).isEqualTo("6");
    }

    @Test
    @Tag("CNI-01")
    void theLatestInFull() throws IOException {
        assertThat(result("1.1.0")).isEqualTo(new ObjectMapper().readTree("""
                        {"cniVersion": "1.1.0",
                         "interfaces": [
                           {"name": "%s", "mac": "%s", "mtu": 1400},
                           {"name": "eth0", "mac": "%s", "sandbox": "/run/netns/c1", "mtu": 1400}],
                         "ips": [
                           {"interface": 1, "address": "10.1.0.2/32", "gateway": "10.1.0.1"},
                           {"interface": 1, "address": "fd00::2/128", "gateway": "fd00::1"}],
                         "routes": [
                           {"dst": "10.1.0.1/32", "scope": 253}, {"dst": "0.0.0.0/0", "gw": "10.1.0.1"},
                           {"dst": "fd00::1/128", "scope": 253}, {"dst": "::/0", "gw": "fd00::1"}],
                         "dns": {}}
                        """.formatted(
                ATTACHMENT.hostInterface(), AddResult.mac(ATTACHMENT.hostMac()), AddResult.mac(ATTACHMENT.podMac()))));
    }

    @Test
    void namesAndHardwareAddressesFollowFromTheContainer() {
        assertThat(ATTACHMENT.hostInterface()).matches("esp[0-9a-f]{11}");
        assertThat(ATTACHMENT.hostInterface()).isEqualTo(Attachment.hostInterface("c1@eth0"));
        assertThat(ATTACHMENT.hostMac()).isNotEqualTo(ATTACHMENT.podMac());
        // Locally administered, for one station (IEEE 802).
        assertThat(ATTACHMENT.hostMac().get(0) & 3).isEqualTo(2);
        assertThat(ATTACHMENT.podMac().get(0) & 3).isEqualTo(2);
        assertThat(ATTACHMENT.alias()).isEqualTo("espalier pods c1");
    }
}
