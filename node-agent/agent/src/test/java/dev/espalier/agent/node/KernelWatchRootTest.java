package dev.espalier.agent.node;

import static org.awaitility.Awaitility.await;

import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.linux.netns.NetworkNamespace;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody with the usual tools takes away of ours, in a real namespace, is heard of (F-35). */
@Tag("root")
@Tag("F-35")
class KernelWatchRootTest {
    private static final String NAME = "esp-watch" + ProcessHandle.current().pid();

    private NetworkNamespace namespace;
    private Rtnetlink netlink;

    @BeforeEach
    void open() throws IOException {
        namespace = NetworkNamespace.create(NAME);
        netlink = namespace.call(Rtnetlink::open);
        in("ip tuntap add dev espalier0 mode tun");
        in("ip link set espalier0 up");
        in("ip route add 10.82.0.0/24 dev espalier0 proto 77");
        in("ip rule add priority 7701 iif lo lookup 7700 protocol 77");
        in("nft add table inet espalier");
        in("nft add chain inet espalier arrival");
        in("nft add rule inet espalier arrival drop");
    }

    @AfterEach
    void clean() throws IOException {
        netlink.close();
        namespace.close();
        NetworkNamespace.delete(NAME);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nft flush ruleset",
                "nft flush chain inet espalier arrival",
                "nft insert rule inet espalier arrival accept",
                "ip route flush proto 77",
                "ip rule del priority 7701",
                "ip link set espalier0 down",
                "ip link del espalier0"
            })
    void isHeardOf(String command) throws IOException {
        AtomicInteger heard = new AtomicInteger();
        try (KernelWatch _ = namespace.call(() -> KernelWatch.start(netlink, "espalier0", heard::incrementAndGet))) {
            in(command);
            await().until(() -> heard.get() > 0);
        }
    }

    private static void in(String command) throws IOException {
        Process process = new ProcessBuilder(("ip netns exec " + NAME + " " + command).split(" "))
                .inheritIO()
                .start();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(command);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
