package dev.espalier.agent.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cni.CniErrorCode;
import dev.espalier.linux.netns.NetworkNamespace;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The executable that a runtime would run against the agent's server, on a node of its own. */
@Tag("root")
@Timeout(120)
class CniServerRootTest extends NodeWithCni {
    @Test
    @Tag("CNI-01")
    @Tag("CNI-08")
    void twoPodsReachEachOtherAndTheNodeReachesThem() throws IOException {
        String a = pod("a");
        String b = pod("b");
        JsonNode first = add("a", a);
        JsonNode second = add("b", b);

        assertThat(first.get("ips")).hasSize(2);
        assertThat(first.at("/interfaces/1/sandbox").asText()).isEqualTo("/run/netns/" + a);
        assertThat(first.at("/interfaces/1/mtu").asInt()).isEqualTo(1400);
        for (int family = 0; family < 2; family++) {
            in(a, "ping -c 1 -W 2 " + address(second, family));
            in(b, "ping -c 1 -W 2 -M do -s 1300 " + address(first, family));
            sh("ping", "-c", "1", "-W", "2", address(first, family));
        }
        ObjectNode config = config("1.1.0");
        config.set("prevResult", first);
        assertThat(cni("CHECK", "a", a, config).exitCode()).isZero();
        assertThat(cni("DEL", "a", a, config).exitCode()).isZero();
        assertThat(cni("DEL", "b", b, config("1.1.0")).exitCode()).isZero();
        nothingIsLeft();
    }

    @Test
    @Tag("TUN-01")
    void aPodCannotSendFromAnAddressThatIsNotItsOwn() throws IOException {
        String a = pod("a");
        String b = pod("b");
        add("a", a);
        String target = address(add("b", b), 0);
        in(a, "ip addr add 10.77.1.200/32 dev eth0");
        in(a, "ping -c 1 -W 2 " + target);

        assertThat(output(("ip netns exec " + a + " ping -c 1 -W 1 -I 10.77.1.200 " + target).split(" ")))
                .startsWith("FAILED");
    }

    @Test
    @Tag("ESP-12")
    @Tag("TUN-01")
    void aPacketThatComesInOnAnUplinkDoesNotReachAPod() throws IOException {
        String outside = pod("outside");
        sh("ip", "link", "add", "up0", "type", "veth", "peer", "name", "up0", "netns", outside);
        sh("ip", "addr", "add", "192.0.2.1/24", "dev", "up0");
        sh("ip", "link", "set", "up0", "up");
        in(outside, "ip addr add 192.0.2.2/24 dev up0");
        in(outside, "ip link set up0 up");
        in(outside, "ip route add 10.77.0.0/16 via 192.0.2.1");
        // What agent.reconcile puts behind everything.
        sh("ip", "route", "add", "unreachable", "10.77.0.0/16", "metric", "4096");
        String pod = address(add("a", pod("a")), 0);
        in(outside, "ping -c 1 -W 2 192.0.2.1");
        sh("ping", "-c", "1", "-W", "2", pod);

        assertThat(output(("ip netns exec " + outside + " ping -c 1 -W 1 " + pod).split(" ")))
                .startsWith("FAILED")
                .contains("Unreachable");
    }

    @Test
    @Tag("CNI-08")
    void checkFailsForWhatWasAlteredAndToleratesMore() throws IOException {
        String a = pod("a");
        JsonNode result = add("a", a);
        String host = result.at("/interfaces/0/name").asText();
        String address = address(result, 0);
        ObjectNode config = config("1.1.0");
        config.set("prevResult", result);
        in(a, "ip addr add 10.99.0.1/24 dev eth0");
        in(a, "ip route add 10.98.0.0/16 dev eth0");
        in(a, "ip link set eth0 mtu 1300");
        assertThat(cni("CHECK", "a", a, config).exitCode()).isZero();

        in(a, "ip route del default");
        checkFails(a, config, "0.0.0.0/0");
        in(a, "ip route add default via 10.77.1.1");
        sh("ip", "route", "del", address, "table", "7700");
        checkFails(a, config, "table 7700");
        repair();
        assertThat(cni("CHECK", "a", a, config).exitCode()).isZero();
        sh("ip", "-6", "rule", "del", "iif", host);
        checkFails(a, config, "IPv6 rule");
        repair();
        in(a, "ip link set eth0 down");
        checkFails(a, config, "down");
        in(a, "ip link set eth0 up");
        in(a, "ip addr del " + address + "/32 dev eth0");
        checkFails(a, config, address);
        assertThat(cni("CHECK", "a", a, config("1.1.0")).code()).isEqualTo(CniErrorCode.INVALID_CONFIGURATION);
        assertThat(cni("CHECK", "nobody", a, config).code()).isEqualTo(CniErrorCode.UNKNOWN_CONTAINER);
    }

    private void checkFails(String namespace, JsonNode config, String named) throws IOException {
        Answer answer = cni("CHECK", "a", namespace, config);
        assertThat(answer.code()).as(answer.json().toString()).isEqualTo(CniErrorCode.CHECK_FAILED);
        assertThat(answer.json().get("msg").asText()).contains(named);
    }

    @Test
    @Tag("CNI-03")
    @Tag("CNI-05")
    void addForAnInterfaceThatExistsChangesNothing() throws IOException {
        String a = pod("a");
        JsonNode result = add("a", a);

        assertThat(cni("ADD", "a", a, config("1.1.0")).code()).isEqualTo(CniErrorCode.INTERFACE_EXISTS);
        assertThat(cni("ADD", "other", a, config("1.1.0")).code()).isEqualTo(CniErrorCode.INTERFACE_EXISTS);

        assertThat(stored()).containsExactly("a@eth0.json");
        ObjectNode config = config("1.1.0");
        config.set("prevResult", result);
        assertThat(cni("CHECK", "a", a, config).exitCode()).isZero();
    }

    @Test
    @Tag("CNI-05")
    void addThatFailsHalfWayLeavesNothing() throws IOException {
        String a = pod("a");
        // The pod's own default route is in the way of ours, which is set last.
        in(a, "ip link set lo up");
        in(a, "ip route add default dev lo");

        Answer answer = cni("ADD", "a", a, config("1.1.0"));

        assertThat(answer.code()).isEqualTo(CniErrorCode.WIRING_FAILED);
        assertThat(answer.json().get("msg").asText()).contains("RTM_NEWROUTE", "EEXIST");
        nothingIsLeft();
        in(a, "ip route del default dev lo");
        assertThat(address(add("a", a), 0)).isEqualTo("10.77.1.3");
    }

    @Test
    @Tag("CNI-06")
    void delSucceedsWhateverIsGone() throws IOException {
        String a = pod("a");
        for (int i = 0; i < 5; i++) {
            assertThat(cni("DEL", "never", "", config("1.1.0")).exitCode()).isZero();
        }
        add("a", a);
        NetworkNamespace.delete(a);
        assertThat(cni("DEL", "a", a, config("1.1.0")).exitCode()).isZero();
        nothingIsLeft();

        String b = pod("b");
        add("b", b);
        in(b, "ip link del eth0");
        assertThat(cni("DEL", "b", "", config("0.4.0")).exitCode()).isZero();
        nothingIsLeft();

        String c = pod("c");
        add("c", c);
        Files.delete(run.resolve("pods/c@eth0.json"));
        for (int i = 0; i < 5; i++) {
            assertThat(cni("DEL", "c", c, config("1.1.0")).exitCode()).isZero();
        }
        nothingIsLeft();
    }

    @Test
    @Tag("CNI-07")
    void aDelThatCameWhileTheAgentWasAwayIsFinishedWhenItIsBack() throws IOException {
        String a = pod("a");
        add("a", a);
        server.close();

        assertThat(cni("DEL", "a", a, config("1.1.0")).exitCode()).isZero();
        assertThat(cni("ADD", "b", a, config("1.1.0")).code()).isEqualTo(CniErrorCode.TRY_AGAIN_LATER);
        assertThat(cni("STATUS", "", "", config("1.1.0")).code()).isEqualTo(CniErrorCode.NOT_AVAILABLE);
        assertThat(cni("VERSION", "", "", config("1.1.0")).exitCode()).isZero();
        assertThat(stored()).hasSize(1);

        server = started();
        nothingIsLeft();
        assertThat(run.resolve("cni-spool")).isEmptyDirectory();
    }

    @Test
    @Tag("CNI-05")
    void aRestartUndoesWhatACrashCutShortAndKeepsWhatWasWhole() throws IOException {
        String a = pod("a");
        String b = pod("b");
        JsonNode kept = add("a", a);
        add("b", b);
        server.close();
        // As a crash between the first and the last write of an ADD leaves it.
        Path half = run.resolve("pods/b@eth0.json");
        Files.writeString(half, Files.readString(half).replace("\"complete\":true", "\"complete\":false"));
        Files.writeString(run.resolve("pods/c@eth0.tmp"), "{");
        sh("ip", "rule", "del", "iif", kept.at("/interfaces/0/name").asText());
        sh("ip", "route", "del", address(kept, 0), "table", "7700");

        server = started();

        assertThat(stored()).containsExactly("a@eth0.json");
        ObjectNode config = config("1.1.0");
        config.set("prevResult", kept);
        assertThat(cni("CHECK", "a", a, config).exitCode()).isZero();
        String again = address(add("b", pod("d")), 0);
        assertThat(again).isNotEqualTo(address(kept, 0));
    }

    @Test
    @Tag("CNI-06")
    void aPodWhoseStateCannotBeReadKeepsItsAddressUntilItIsDeleted() throws IOException {
        String a = pod("a");
        JsonNode kept = add("a", a);
        server.close();
        Files.writeString(run.resolve("pods/a@eth0.json"), "{");

        server = started();

        cidrs = List.of(new PodCidr(Prefix.parse("10.77.1.0/30"), IpAddress.parse("10.77.1.1")));
        assertThat(address(kept, 0)).isEqualTo("10.77.1.2");
        assertThat(cni("ADD", "b", pod("b"), config("1.1.0")).code()).isEqualTo(CniErrorCode.TRY_AGAIN_LATER);
        assertThat(cni("DEL", "a", a, config("1.1.0")).exitCode()).isZero();
        assertThat(address(add("c", pod("c")), 0)).isEqualTo("10.77.1.2");
    }

    @Test
    @Tag("CNI-11")
    void manyAtATimeGetDifferentAddressesAndAllGoAgain() throws Exception {
        int count = 20;
        List<String> pods = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pods.add(pod("p" + i));
        }
        try (ExecutorService executor = Executors.newFixedThreadPool(count)) {
            List<Future<JsonNode>> adds = new ArrayList<>();
            for (String pod : pods) {
                adds.add(executor.submit(() -> add(pod, pod)));
            }
            Set<String> addresses = new HashSet<>();
            for (Future<JsonNode> add : adds) {
                addresses.add(address(add.get(), 0));
                addresses.add(address(add.get(), 1));
            }
            assertThat(addresses).hasSize(2 * count);
            List<Future<Answer>> deletes = new ArrayList<>();
            for (String pod : pods) {
                deletes.add(executor.submit(() -> cni("DEL", pod, pod, config("1.1.0"))));
            }
            for (Future<Answer> delete : deletes) {
                assertThat(delete.get().exitCode()).isZero();
            }
        }
        nothingIsLeft();
    }

    @Test
    @Tag("CNI-09")
    void gcKeepsWhatIsValidAndOtherNetworks() throws IOException {
        add("keep", pod("keep"));
        add("lost", pod("lost"));
        add("forgotten", pod("forgotten"));
        Files.delete(run.resolve("pods/forgotten@eth0.json"));
        Answer other = cni("ADD", "other", pod("other"), config("1.1.0").put("name", "others"));
        assertThat(other.exitCode()).isZero();
        ObjectNode config = config("1.1.0");
        assertThat(cni("GC", "", "", config).json().path("msg").asText()).contains("cni.dev/valid-attachments");
        config.putArray("cni.dev/valid-attachments")
                .addObject()
                .put("containerID", "keep")
                .put("ifname", "eth0");

        assertThat(cni("GC", "", "", config).exitCode()).isZero();

        assertThat(stored()).containsExactlyInAnyOrder("keep@eth0.json", "other@eth0.json");
        assertThat(ip("-4 rule show priority 7710")).hasSize(2);
    }

    @Test
    @Tag("CNI-10")
    @Tag("CNI-12")
    void statusAndAddFollowTheNode() throws IOException {
        assertThat(cni("STATUS", "", "", config("1.1.0")).exitCode()).isZero();
        readiness = new Readiness.NotReady("no certificate yet", false);
        assertThat(cni("STATUS", "", "", config("1.1.0")).code()).isEqualTo(CniErrorCode.NOT_AVAILABLE);
        Answer add = cni("ADD", "a", pod("a"), config("1.1.0"));
        assertThat(add.code()).isEqualTo(CniErrorCode.TRY_AGAIN_LATER);
        assertThat(add.json().get("msg").asText()).contains("no certificate yet");
        readiness = new Readiness.NotReady("no data path", true);
        assertThat(cni("STATUS", "", "", config("1.1.0")).code()).isEqualTo(CniErrorCode.LIMITED_CONNECTIVITY);
        readiness = new Readiness.Ready();
        cidrs = List.of(new PodCidr(Prefix.parse("10.77.9.0/30"), IpAddress.parse("10.77.9.1")));
        add("b", pod("b"));
        assertThat(cni("STATUS", "", "", config("1.1.0")).json().path("msg").asText())
                .contains("in use");
        assertThat(cni("ADD", "c", pod("c"), config("1.1.0")).code()).isEqualTo(CniErrorCode.TRY_AGAIN_LATER);
    }

    @Test
    @Tag("F-27")
    @Tag("CNI-10")
    void whenAllAddressesAreInUseAddAndStatusSayItAndTheFirstThatIsGivenBackIsGivenOut() throws IOException {
        cidrs = List.of(new PodCidr(Prefix.parse("10.77.1.0/30"), V4.gateway()));
        String first = address(add("a", pod("a")), 0);

        String b = pod("b");
        Answer full = cni("ADD", "b", b, config("1.1.0"));
        assertThat(full.code()).isEqualTo(CniErrorCode.TRY_AGAIN_LATER);
        assertThat(full.json().get("msg").asText()).isEqualTo("all addresses are in use: 10.77.1.0/30");
        assertThat(cni("STATUS", "", "", config("1.1.0")).code()).isEqualTo(CniErrorCode.NOT_AVAILABLE);
        assertThat(stored()).containsExactly("a@eth0.json");

        assertThat(cni("DEL", "a", "", config("1.1.0")).exitCode()).isZero();
        assertThat(cni("STATUS", "", "", config("1.1.0")).exitCode()).isZero();
        assertThat(address(add("b", b), 0)).isEqualTo(first);
        ObjectNode nothingIsValid = config("1.1.0");
        nothingIsValid.putArray("cni.dev/valid-attachments");
        assertThat(cni("GC", "", "", nothingIsValid).exitCode()).isZero();
        nothingIsLeft();
        assertThat(address(add("c", pod("c")), 0)).isEqualTo(first);
    }

    @Test
    @Tag("F-28")
    @Tag("CNI-05")
    void onAFullDiskAddLeavesNothingAndDelSucceeds() throws IOException {
        onSmallDisk(folder -> {
            String a = pod("a");
            JsonNode there = add("a", a);
            fill(folder.resolve("filler"));

            Answer refused = cni("ADD", "b", pod("b"), config("1.1.0"));
            assertThat(refused.code()).isEqualTo(CniErrorCode.WIRING_FAILED);
            assertThat(refused.json().get("msg").asText()).contains("No space left");
            assertThat(stored()).containsExactlyInAnyOrder("a@eth0.json", "filler");
            assertThat(ip("link show type veth")).hasSize(1);
            sh("ping", "-c", "1", "-W", "2", address(there, 0));
            assertThat(cni("DEL", "a", a, config("1.1.0")).exitCode()).isZero();
            Files.delete(folder.resolve("filler"));
            nothingIsLeft();
            add("b", namespaceOf("b"));
        });
    }

    @Test
    @Tag("F-28")
    @Tag("CNI-06")
    void onAReadOnlyDiskDelSucceedsAndItsAddressIsNotLost() throws IOException {
        onSmallDisk(folder -> {
            String a = pod("a");
            String address = address(add("a", a), 0);
            output("mount", "-o", "remount,ro", folder.toString());

            assertThat(cni("ADD", "b", pod("b"), config("1.1.0")).code()).isEqualTo(CniErrorCode.WIRING_FAILED);
            assertThat(cni("DEL", "a", a, config("1.1.0")).exitCode()).isZero();
            assertThat(cni("DEL", "a", a, config("1.1.0")).exitCode()).isZero();
            assertThat(ip("link show type veth")).isEmpty();

            output("mount", "-o", "remount,rw", folder.toString());
            cidrs = List.of(new PodCidr(Prefix.parse("10.77.1.0/30"), V4.gateway()));
            assertThat(address(add("b", namespaceOf("b")), 0)).isEqualTo(address);
            // The file that stayed names the address of another pod by now.
            server.close();
            server = started();
            assertThat(cni("ADD", "c", pod("c"), config("1.1.0")).code()).isEqualTo(CniErrorCode.TRY_AGAIN_LATER);
            assertThat(stored()).containsExactly("b@eth0.json");
        });
    }

    private interface OnDisk {
        void run(Path folder) throws IOException;
    }

    private void onSmallDisk(OnDisk test) throws IOException {
        Path folder = Files.createDirectories(run.resolve("pods"));
        assertThat(output("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.toString()))
                .isEmpty();
        try {
            test.run(folder);
        } finally {
            output("umount", folder.toString());
        }
    }

    private static void fill(Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private static String namespaceOf(String name) {
        return PREFIX + name;
    }

    @Test
    @Tag("CNI-15")
    void refusesWhatIsNoContainersNamespace() throws IOException {
        assertThat(cni("ADD", "a", "none-of-this-name", config("1.1.0")).code())
                .isEqualTo(CniErrorCode.UNKNOWN_CONTAINER);
        Answer own = cni("ADD", "a", NODE, config("1.1.0"));
        assertThat(own.code()).isEqualTo(CniErrorCode.INVALID_ENVIRONMENT);
        Answer file = cni("ADD", "a", "../../etc/passwd", config("1.1.0"));
        assertThat(file.code()).isEqualTo(CniErrorCode.INVALID_ENVIRONMENT);
        nothingIsLeft();
    }

    @Test
    void theSocketIsForItsOwnerAlone() throws IOException {
        Path socket = run.resolve("cni.sock");
        assertThat(Files.getPosixFilePermissions(socket)).hasSize(2);
        assertThat(output("setpriv", "--reuid=65534", "--clear-groups", "test", "-w", socket.toString()))
                .startsWith("FAILED");
        server.close();
        assertThat(socket).doesNotExist();
    }
}
