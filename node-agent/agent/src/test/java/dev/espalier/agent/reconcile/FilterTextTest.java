package dev.espalier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.wire.ip.Prefix;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Golden files: {@code filter/NAME.nft}, which the kernel test loads in spirit and nft(8) reads as they are. */
class FilterTextTest {
    private static final FilterPlan DUAL_STACK = new FilterPlan(
            "espalier0",
            List.of("eth1", "eth0"),
            prefixes("10.81.0.0/24", "fd81::/64"),
            prefixes("10.80.0.0/12", "fd80::/12"),
            List.of(),
            false);

    @Test
    @Tag("TUN-01")
    void aDualStackNodeWithTwoUplinks() throws Exception {
        assertGolden("dual-stack", DUAL_STACK);
    }

    @Test
    void aNodeWhosePodsAnotherCniWires() throws Exception {
        assertGolden(
                "chained",
                new FilterPlan(
                        "espalier0",
                        List.of("eth0"),
                        DUAL_STACK.own(),
                        DUAL_STACK.pods(),
                        prefixes("192.0.2.2/32", "192.0.2.3/32", "2001:db8::2/128"),
                        true));
    }

    @Test
    void aNodeThatHasNoUplinkAndNoPodsYet() throws Exception {
        assertGolden("nothing-yet", new FilterPlan("tun-7", List.of(), List.of(), List.of(), List.of(), false));
    }

    @Test
    void equalPlansGiveEqualTextsWhateverTheOrderOfUplinks() {
        FilterPlan other = new FilterPlan(
                "espalier0", List.of("eth0", "eth1"), DUAL_STACK.own(), DUAL_STACK.pods(), List.of(), false);

        assertThat(FilterText.tables(other)).isEqualTo(FilterText.tables(DUAL_STACK));
        assertThat(FilterText.devices(other)).isEqualTo(FilterText.devices(DUAL_STACK));
    }

    @Test
    void everyReasonIsExplained() throws IOException {
        String page = Files.readString(Path.of(System.getProperty("espalier.root", "../.."), "docs", "drops.md"));

        assertThat(Stream.concat(FilterText.DROPS.stream(), Stream.of(FilterText.LEAKED)))
                .allSatisfy(reason -> assertThat(page).contains("| `" + reason + "` | "));
    }

    private static void assertGolden(String name, FilterPlan plan) throws IOException, URISyntaxException {
        Path folder = Path.of(Objects.requireNonNull(FilterTextTest.class.getResource("/filter"))
                .toURI());
        assertThat(FilterText.tables(plan) + FilterText.devices(plan))
                .isEqualTo(Files.readString(folder.resolve(name + ".nft")));
    }

    private static List<Prefix> prefixes(String... texts) {
        return Stream.of(texts).map(Prefix::parse).toList();
    }
}
