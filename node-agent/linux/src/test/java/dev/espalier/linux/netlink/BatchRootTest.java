package dev.espalier.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.linux.Shell;
import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.netns.NetworkNamespace;
import dev.espalier.linux.netns.Sysctl;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Changes that are sent together, in a real namespace, read back by {@code ip -j}. */
@Tag("root")
class BatchRootTest {
    private static final String NAME = "esp-batch" + ProcessHandle.current().pid();
    private static final Octets MAC = Octets.fromHex("020000000101");

    private NetworkNamespace namespace;
    private Rtnetlink netlink;

    @BeforeEach
    void open() throws IOException {
        namespace = NetworkNamespace.create(NAME);
        netlink = namespace.call(Rtnetlink::open);
    }

    @AfterEach
    void close() throws IOException {
        netlink.close();
        namespace.close();
        NetworkNamespace.delete(NAME);
    }

    @Test
    @Tag("CNI-13")
    void aPairIsMadeAndDescribedAtOnceAndThenGetsAllElseAtOnce() throws IOException {
        Rule rule = Rule.lookup(false, 7710, 7700).withInputInterface("esp0");
        netlink.batch()
                .createVeth(pair("esp0", "peer0"))
                .describe("esp0", "espalier pods c1", Map.of(Ipv4Setting.RP_FILTER, 1, Ipv4Setting.SEND_REDIRECTS, 0))
                .run();
        int index = netlink.links().get("esp0").index();
        netlink.batch()
                .setUp(1)
                .setUp(index)
                .add(InterfaceAddress.of(index, IpAddress.parse("10.1.0.1"), 32))
                .replacePermanent(index, IpAddress.parse("10.1.0.2"), MAC)
                .add(Route.through(Prefix.parse("10.1.0.2/32"), index))
                .replace(Route.via(Prefix.ANY_V4, IpAddress.parse("10.1.0.2"), index))
                .ensure(rule)
                .ensure(rule)
                .run();

        JsonNode link = Shell.ip(NAME, "link show esp0").get(0);
        assertThat(link.get("ifalias").asText()).isEqualTo("espalier pods c1");
        assertThat(link.get("flags").toString()).contains("\"UP\"");
        assertThat(namespace.<String>call(() ->
                        Sysctl.get("net/ipv4/conf/esp0/rp_filter") + Sysctl.get("net/ipv4/conf/esp0/send_redirects")))
                .isEqualTo("10");
        assertThat(Shell.ip(NAME, "neigh show nud permanent").toString()).contains("10.1.0.2", "02:00:00:00:01:01");
        assertThat(Shell.ip(NAME, "-4 route show").findValuesAsText("dst")).containsExactly("default", "10.1.0.2");
        assertThat(Shell.ip(NAME, "-4 rule show priority 7710")).hasSize(1);
    }

    @Test
    void theFirstErrorIsThrownWithWhatItWasAboutAndTheRestIsDone() throws IOException {
        Batch batch = netlink.batch()
                .setUp(4711)
                .createVeth(pair("esp0", "peer0"))
                .createVeth(pair("esp0", "peer1"))
                .createVeth(pair("esp2", "peer2"));

        ErrnoException error = catchThrowableOfType(ErrnoException.class, batch::run);

        assertThat(error.errno()).isEqualTo(Errno.ENODEV);
        assertThat(error).hasMessageContaining("interface 4711");
        assertThat(netlink.links().list())
                .extracting(Link::name)
                .contains("esp0", "esp2")
                .doesNotContain("peer1");
        // Nothing of it is left over for the next.
        batch.run();
        assertThat(netlink.links().get("esp2").group()).isEqualTo(7700);
    }

    @Test
    void moreThanOneBufferHoldsIsSentInParts() throws IOException {
        netlink.batch().createVeth(pair("esp0", "peer0")).run();
        int index = netlink.links().get("esp0").index();
        Batch batch = netlink.batch().setUp(index);
        for (int i = 0; i < 2000; i++) {
            batch.replace(Route.through(Prefix.host(IpAddress.parse("10.2." + i / 250 + "." + i % 250)), index)
                    .withTable(7700));
        }

        batch.run();

        assertThat(netlink.routes().list(false, 7700)).hasSize(2000);
    }

    @Test
    @Tag("CNI-06")
    void aGroupIsRemovedAtOnceAndNothingElse() throws IOException {
        Batch create = netlink.batch();
        for (int i = 0; i < 5; i++) {
            create.createVeth(pair("esp" + i, "peer" + i));
        }
        create.run();
        netlink.batch()
                .setGroup("esp1", 7701)
                .setGroup("not-there", 7701)
                .setGroup("esp3", 7701)
                .deleteGroup(7701)
                .deleteLink("not-there")
                .delete(Rule.lookup(true, 7710, 7700).withInputInterface("esp1"))
                .run();

        assertThat(netlink.links().list())
                .extracting(Link::name)
                .containsExactlyInAnyOrder("lo", "esp0", "peer0", "esp2", "peer2", "esp4", "peer4");
        netlink.batch().deleteGroup(7701).run();
    }

    private static VethPair pair(String name, String peer) {
        return new VethPair(name, MAC, peer, null, null, 1400, 7700);
    }
}
