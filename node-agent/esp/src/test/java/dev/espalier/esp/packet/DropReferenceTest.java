package dev.espalier.esp.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("ESP-22")
class DropReferenceTest {
    @Test
    @DisplayName(
            "docs/drops.md explains every reason in the words of Drop; `-Dtest.jvmArgs=-Despalier.regenerate=true` writes it anew")
    void documentsEveryReason() throws IOException {
        Path page = Path.of(System.getProperty("espalier.root", "../.."), "docs", "drops.md");
        String expected = page();
        String present = Files.readString(page);
        // What follows is about the packet filter, which is none of this module's.
        int end = present.indexOf("\n## ");
        if (Boolean.getBoolean("espalier.regenerate")) {
            Files.writeString(page, expected + present.substring(end));
        }
        assertThat(present.substring(0, end)).isEqualTo(expected);
    }

    private static String page() {
        StringBuilder page = new StringBuilder("""
                # Why packets are dropped

                Every packet that the data path discards is counted under one of these reasons: label `reason` of
                `espalier_drops_total`, and `espalier-agent drops`. Names are stable. Nothing is logged per packet.

                | reason | cause | what to do |
                |---|---|---|
                """);
        for (Drop drop : Drop.values()) {
            page.append("| `")
                    .append(drop.reason())
                    .append("` | ")
                    .append(drop.cause())
                    .append(" | ");
            page.append(drop.remedy()).append(" |\n");
        }
        return page.append("""
                | `receive-queue-full` | Datagrams came faster than the agent took them, and the kernel dropped some. | \
                The node is short of CPU, or someone floods port 500 or 4500. |
                """).toString();
    }
}
