package dev.espalier.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.linux.netlink.Nftables.Family;
import dev.espalier.linux.netns.NetworkNamespace;
import dev.espalier.wire.Octets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is read of tables that nft(8) loaded. */
@Tag("root")
class NftablesRootTest {
    private static final String NAME = "esp-nft" + ProcessHandle.current().pid();
    private static final String TABLE = """
            table inet ours {
              counter seen { packets 7 bytes 700 }
              counter unseen { }
              set pods { type ipv4_addr; flags interval; elements = { 10.1.0.0/16, 10.2.0.1 } }
              chain in { type filter hook input priority 0; ip saddr @pods counter name "seen" drop; }
            }
            table inet others {
              counter seen { packets 1 bytes 1 }
            }
            """;

    private NetworkNamespace namespace;
    private Nftables nftables;

    @BeforeEach
    void open() throws IOException {
        namespace = NetworkNamespace.create(NAME);
        nftables = namespace.call(Nftables::open);
    }

    @AfterEach
    void clean() throws IOException {
        nftables.close();
        namespace.close();
        NetworkNamespace.delete(NAME);
    }

    @Test
    void countersAreThoseOfTheTable() throws IOException {
        assertThat(nftables.counters(Family.INET, "ours")).isEmpty();
        nft(TABLE);

        assertThat(nftables.counters(Family.INET, "ours"))
                .containsEntry("seen", 7L)
                .containsEntry("unseen", 0L)
                .hasSize(2);
        assertThat(nftables.counters(Family.ARP, "ours")).isEmpty();
    }

    @Test
    @Tag("F-35")
    void aChangeByAnybodyShowsInTheGenerationAndOneOfOursInTheFingerprint() throws IOException {
        assertThat(fingerprint()).isEmpty();
        nft(TABLE);
        Optional<Octets> loaded = fingerprint();
        assertThat(loaded).isPresent();

        long generation = nftables.generation();
        assertThat(nftables.generation()).isEqualTo(generation);
        nft("add table inet others2");
        assertThat(nftables.generation()).isNotEqualTo(generation);
        assertThat(fingerprint()).isEqualTo(loaded);

        nft("delete element inet ours pods { 10.2.0.1 }");
        assertThat(fingerprint()).isPresent().isNotEqualTo(loaded);
        nft("add element inet ours pods { 10.2.0.1 }");
        assertThat(fingerprint()).isEqualTo(loaded);
        nft("insert rule inet ours in accept");
        assertThat(fingerprint()).isPresent().isNotEqualTo(loaded);
        nft("flush table inet ours");
        assertThat(fingerprint()).isEmpty();
        nft("delete table inet ours");
        assertThat(fingerprint()).isEmpty();
    }

    @Test
    @Tag("F-35")
    void whatAnybodyDoesToATableIsHeardOf() throws IOException {
        nft(TABLE);
        try (NetlinkMonitor monitor = namespace.call(NetlinkMonitor::openTables)) {
            nft("insert rule inet ours in accept");
            assertThat(monitor.read()).containsOnly(new NetlinkEvent.TableChanged("ours"));
            nft("delete element inet ours pods { 10.2.0.1 }");
            assertThat(monitor.read()).containsOnly(new NetlinkEvent.TableChanged("ours"));
            nft("add table inet others2");
            assertThat(monitor.read()).containsOnly(new NetlinkEvent.TableChanged("others2"));
            nft("flush ruleset");
            assertThat(monitor.read())
                    .contains(new NetlinkEvent.TableChanged("ours"), new NetlinkEvent.TableChanged("others"));
            assertThat(monitor.read()).isEmpty();
        }
    }

    private Optional<Octets> fingerprint() throws IOException {
        return nftables.fingerprint(Family.INET, "ours", List.of("pods"));
    }

    private static void nft(String text) throws IOException {
        Process process = new ProcessBuilder("ip", "netns", "exec", NAME, "nft", "-f", "-")
                .redirectErrorStream(true)
                .start();
        try (var in = process.getOutputStream()) {
            in.write(text.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor()).as(output).isZero();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
