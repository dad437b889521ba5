package dev.espalier.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.agent.cli.AgentCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Two agents from folders in two namespaces: the whole path, without Kubernetes. */
@Tag("root")
class StandaloneTunnelTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path state;

    @SuppressWarnings("NullAway.Init") // set before each test
    private TwoHosts hosts;

    @BeforeEach
    void makeHosts() throws Exception {
        hosts = new TwoHosts(state);
    }

    @AfterEach
    void removeHosts() throws Exception {
        System.out.println("--- alpha\n" + hosts.log("alpha"));
        hosts.close();
    }

    @Test
    @Tag("ESP-14")
    @Tag("IKE-24")
    @Tag("IKE-25")
    @Tag("F-33")
    void packetsFlowSealedThroughRekeysAndSuiteChangesAndNothingCrossesInClear() throws Exception {
        Path pcap = state.resolve("underlay.pcap");
        Process capture = hosts.capture(pcap);
        await().until(() -> hosts.tcpdumpLog().contains("listening"));
        hosts.start("alpha");
        hosts.start("beta");
        await().until(() -> hosts.pings("alpha", 1, 1));
        assertThat(hosts.pings("beta", 5, 0.05)).isTrue();

        assertThat(verb("alpha", "rekey", "beta")).contains("rekeyed");
        assertThat(hosts.pings("alpha", 20, 0.02)).isTrue();
        assertThat(verb("beta", "rekey", "alpha", "--ike")).contains("rekeyed");
        assertThat(hosts.pings("alpha", 20, 0.02)).isTrue();

        hosts.policy("{action: Protect, esp: {proposals: [aes128gcm16-ecp256]}}");
        await().until(() -> verb("alpha", "status", "-o", "json").contains("aes128gcm16-esn"));
        assertThat(hosts.pings("alpha", 20, 0.02)).isTrue();

        // The last packets may still be on their way through tcpdump.
        await().until(() -> TwoHosts.count(pcap, "udp port 4500") > 100);
        capture.destroy();
        capture.waitFor();
        assertThat(TwoHosts.count(pcap, "net 10.81.0.0/24 or net 10.82.0.0/24")).isZero();
    }

    @Test
    @Tag("F-01")
    @Tag("F-11")
    @Tag("TUN-02")
    void aKilledAgentLeavesItsNodeClosedAndComesBackByItself() throws Exception {
        hosts.start("alpha");
        hosts.start("beta");
        await().until(() -> hosts.pings("alpha", 1, 1));

        // beta does not open by itself, the lexically smaller alpha does: and alpha does not know that anything is
        // amiss.
        hosts.kill("beta");

        assertThat(hosts.exec("beta", "ip", "route", "get", "10.81.0.1")).contains("No route to host");
        hosts.start("beta");
        await().until(() -> hosts.pings("alpha", 1, 1));
        assertThat(hosts.pings("alpha", 10, 0.05)).isTrue();
    }

    @Test
    @Tag("F-35")
    void whatOthersTakeAwayIsPutBack() throws Exception {
        hosts.start("alpha");
        hosts.start("beta");
        await().until(() -> hosts.pings("alpha", 1, 1));

        hosts.exec("alpha", "ip", "route", "flush", "proto", "77");
        hosts.exec("alpha", "ip", "rule", "del", "priority", "7700");
        hosts.exec("alpha", "ip", "link", "set", "espalier0", "down");
        await().until(() -> hosts.pings("alpha", 1, 1));
        await().until(() -> hosts.exec("alpha", "ip", "rule").contains("7700:"));

        hosts.exec("alpha", "ip", "link", "del", "espalier0");
        await().until(() -> hosts.pings("alpha", 1, 1));
    }

    @Test
    void sigtermEndsInOrderAndStatusSaysWhyNothingFlows() throws Exception {
        hosts.start("alpha");
        await().until(() -> verb("alpha", "status").contains("peer beta"));

        assertThat(verb("alpha", "initiate", "nobody")).contains("no peer 'nobody'");
        hosts.agent("alpha").destroy();

        assertThat(hosts.agent("alpha").waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(hosts.runDir("alpha").resolve("admin.sock")).doesNotExist();
        assertThat(hosts.exec("alpha", "ip", "route", "get", "10.82.0.1")).contains("No route to host");
        assertThat(verb("alpha", "status")).contains("no agent answers");
    }

    /** What a verb prints, whichever way. */
    private String verb(String node, String... words) {
        StringWriter text = new StringWriter();
        new CommandLine(new AgentCommand(
                        Map.of("ESPALIER_RUN_DIR", hosts.runDir(node).toString()), () -> 0))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(text))
                .setErr(new PrintWriter(text))
                .execute(words);
        return text.toString();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(200));
    }
}
