package dev.espalier.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.agent.observe.AgentStatus.CertificateStatus;
import dev.espalier.agent.observe.AgentStatus.DataPathStatus;
import dev.espalier.agent.observe.AgentStatus.PeerStatus;
import dev.espalier.agent.observe.AgentStatus.PolicyStatus;
import dev.espalier.ike.EndpointStatus;
import dev.espalier.ike.IkeInput.ChildUsageReported;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StatusTextTest {
    private static final List<PeerStatus> PEERS = PeerRows.of(
            new EndpointStatus(
                    List.of(
                            new EndpointStatus.PeerStatus(
                                    "gamma",
                                    EndpointStatus.IkeState.CONNECTING,
                                    0,
                                    0,
                                    false,
                                    "",
                                    false,
                                    0,
                                    0,
                                    Optional.empty(),
                                    "IKE_AUTH: the certificate is not for gamma",
                                    List.of()),
                            new EndpointStatus.PeerStatus(
                                    "beta",
                                    EndpointStatus.IkeState.ESTABLISHED,
                                    1,
                                    2,
                                    true,
                                    "aes256gcm16-prfsha384-x25519",
                                    false,
                                    0,
                                    3,
                                    Optional.empty(),
                                    "",
                                    List.of(new EndpointStatus.ChildStatus(0xa1, -2, "aes256gcm16-esn", 0, 1)))),
                    0),
            List.of(new ChildUsageReported(0xa1, 10, 1000, 20, 2000, 1, 1)),
            TimeUnit.SECONDS.toNanos(61));

    private static final AgentStatus STATUS = new AgentStatus(
            "alpha",
            true,
            1438,
            "0011",
            new DataPathStatus("OpenSSL 3.5.4 30 Sep 2025", "tso,uso,gso,gro"),
            PEERS,
            Map.of("forged", 2L),
            "taken over from version 1, packets waited 40 ms",
            new CertificateStatus("2a", "2026-11-25T00:00:00Z"),
            List.of(new PolicyStatus("old", false, "NotSupported: spec.mode")),
            List.of("source: /x.yaml:3: bad"));

    @Test
    void jsonHasTheShapeThatOthersRelyOn() throws Exception {
        JsonNode json = new ObjectMapper().readTree(StatusText.json(STATUS));

        JsonNode beta = json.path("peers").path(0);
        assertThat(beta.path("name").asText()).isEqualTo("beta");
        assertThat(beta.path("ike").path("state").asText()).isEqualTo("ESTABLISHED");
        assertThat(beta.path("ike").path("suite").asText()).isEqualTo("aes256gcm16-prfsha384-x25519");
        assertThat(beta.path("ike").path("pq").isBoolean()).isTrue();
        assertThat(beta.path("ike").path("establishedSeconds").asLong()).isEqualTo(61);
        assertThat(beta.path("ike").path("rekeys").asLong()).isEqualTo(3);
        JsonNode child = beta.path("children").path(0);
        assertThat(child.path("spiIn").asText()).isEqualTo("0x000000a1");
        assertThat(child.path("spiOut").asText()).isEqualTo("0xfffffffe");
        assertThat(child.path("suite").asText()).isEqualTo("aes256gcm16-esn");
        assertThat(child.path("packetsIn").asLong()).isEqualTo(10);
        assertThat(child.path("bytesIn").asLong()).isEqualTo(1000);
        assertThat(child.path("packetsOut").asLong()).isEqualTo(20);
        assertThat(child.path("bytesOut").asLong()).isEqualTo(2000);
        assertThat(json.path("drops").path("forged").asLong()).isEqualTo(2);
        assertThat(json.path("certificate").path("serial").asText()).isEqualTo("2a");
        assertThat(json.path("certificate").path("notAfter").asText()).isEqualTo("2026-11-25T00:00:00Z");
    }

    @Test
    void textSaysWhyATunnelIsDown() {
        assertThat(StatusText.text(STATUS))
                .contains("peer gamma: CONNECTING; last error: IKE_AUTH: the certificate is not for gamma")
                .contains("policy old: refused, NotSupported: spec.mode")
                .contains("handover: taken over from version 1, packets waited 40 ms")
                .contains("problem: source: /x.yaml:3: bad");
    }

    @Test
    void dropsAreSortedByCount() {
        assertThat(StatusText.drops(Map.of("a", 1L, "b", 5L)).lines())
                .containsExactly("         5  b", "         1  a");
        assertThat(StatusText.drops(Map.of())).isEqualTo("nothing was dropped\n");
    }
}
