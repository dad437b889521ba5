package dev.espalier.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.agent.cli.AgentCommand;
import dev.espalier.linux.netns.NetworkNamespace;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** One process after the other serves a host, and nobody on it notices (F-02). */
@Tag("root")
@Tag("F-02")
@Timeout(240)
class UpgradeTest {
    private static final int PER_SECOND = 500;
    private static final Pattern ESP =
            Pattern.compile("> (172\\.29\\.0\\.\\d)\\S* .*ESP\\(spi=(0x\\w+),seq=(0x\\w+)\\)");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path state;

    @SuppressWarnings("NullAway.Init") // set before each test
    private TwoHosts hosts;

    private final List<String> waits = new ArrayList<>();

    @BeforeEach
    void hosts() throws IOException, InterruptedException {
        hosts = new TwoHosts(state);
    }

    @AfterEach
    void clean() throws IOException, InterruptedException {
        hosts.close();
    }

    @Test
    void noPacketIsLostAndNoNumberUsedTwice() throws Exception {
        hosts.start("alpha");
        hosts.start("beta");
        await().until(() -> hosts.pings("alpha", 1, 1));
        Path pcap = state.resolve("beta.pcap");
        Process capture = hosts.capture(pcap);
        await().until(() -> hosts.tcpdumpLog().contains("listening on"));
        NumberedTraffic there = traffic("alpha", "10.81.0.1", "beta", "10.82.0.1");
        NumberedTraffic back = traffic("beta", "10.82.0.1", "alpha", "10.81.0.1");

        for (int i = 0; i < 3; i++) {
            upgrade("alpha");
            upgrade("beta");
            assertThat(verb("alpha", "rekey", "beta")).contains("rekeyed");
        }
        there.stop();
        back.stop();

        for (NumberedTraffic traffic : List.of(there, back)) {
            assertThat(traffic.broken()).isEmpty();
            assertThat(traffic.sent()).isGreaterThan(5 * PER_SECOND);
            assertThat(traffic.lost())
                    .as(() -> traffic.gaps() + waits + kernelDrops())
                    .isZero();
            assertThat(traffic.twice()).isZero();
            assertThat(traffic.rounds()).isGreaterThan(100);
        }
        assertThat(verb("alpha", "status", "-o", "json"))
                .contains("taken over from version")
                .contains("\"rekeys\" : 0");
        capture.destroy();
        capture.waitFor();
        assertThat(TwoHosts.count(pcap, "net 10.81.0.0/24 or net 10.82.0.0/24")).isZero();
        assertNoNumberTwice(pcap);
    }

    @Test
    void aProcessThatStoodByBeginsAnewWhenTheOtherIsKilled() throws Exception {
        hosts.start("alpha");
        hosts.start("beta");
        await().until(() -> hosts.pings("alpha", 1, 1));
        Process first = hosts.startSuccessor("beta");
        await().until(() -> hosts.log("beta").contains("standing by"));
        first.destroyForcibly().waitFor();

        await().until(() -> hosts.pings("alpha", 1, 1));
        assertThat(hosts.log("beta")).contains("has gone without handing over");
    }

    @Test
    void aProcessThatStoodByAndDiedIsNoLoss() throws Exception {
        hosts.start("alpha");
        hosts.start("beta");
        await().until(() -> hosts.pings("alpha", 1, 1));
        Process first = hosts.startSuccessor("beta");
        await().until(() -> hosts.log("beta").contains("standing by"));
        hosts.kill("beta");

        first.destroy();

        assertThat(first.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(hosts.exec("beta", "ip", "route", "get", "10.81.0.1")).contains("No route to host");
        hosts.start("beta");
        await().until(() -> hosts.pings("alpha", 1, 1));
    }

    private void upgrade(String host) throws Exception {
        int before = occurrences(hosts.log(host), "standing by");
        Process first = hosts.startSuccessor(host);
        await().until(() -> occurrences(hosts.log(host), "standing by") > before);
        first.destroy();
        assertThat(first.waitFor(20, TimeUnit.SECONDS)).isTrue();
        await().until(() -> verb(host, "status").contains("taken over"));
        verb(host, "status").lines().filter(line -> line.startsWith("handover")).forEach(waits::add);
        waits.add(verb(host, "drops"));
    }

    private static void assertNoNumberTwice(Path pcap) throws Exception {
        Map<String, Set<String>> numbers = new HashMap<>();
        int packets = 0;
        for (String line : TwoHosts.lines(pcap, "udp port 4500")) {
            Matcher esp = ESP.matcher(line);
            if (esp.find()) {
                packets++;
                boolean fresh = numbers.computeIfAbsent(esp.group(1) + " " + esp.group(2), key -> new HashSet<>())
                        .add(esp.group(3));
                assertThat(fresh).as(line).isTrue();
            }
        }
        assertThat(packets).isGreaterThan(1000);
    }

    /** Where a packet that nobody of ours has seen may have gone. */
    private String kernelDrops() {
        StringBuilder text = new StringBuilder();
        for (String host : List.of("alpha", "beta")) {
            try {
                text.append('\n').append(hosts.exec(host, "ip", "-s", "link", "show", "espalier0"));
                text.append(hosts.exec(host, "grep", "Udp:", "/proc/net/snmp"));
                text.append(hosts.exec(host, "cat", "/proc/net/softnet_stat"));
            } catch (IOException e) {
                text.append(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return text.toString();
    }

    private static int occurrences(String text, String of) {
        return text.split(Pattern.quote(of), -1).length - 1;
    }

    private static NumberedTraffic traffic(String from, String a, String to, String b) throws Exception {
        return new NumberedTraffic(
                inside(from), InetAddress.getByName(a), inside(to), InetAddress.getByName(b), PER_SECOND);
    }

    private static NumberedTraffic.Inside inside(String host) {
        return new NumberedTraffic.Inside() {
            @Override
            public <T> T call(Callable<T> what) throws Exception {
                try (NetworkNamespace namespace =
                        NetworkNamespace.open(Path.of("/run/netns", TwoHosts.namespace(host)))) {
                    return namespace.call(what);
                }
            }
        };
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
        return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100));
    }
}
