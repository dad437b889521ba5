package dev.espalier.agent.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.agent.kube.YamlDocuments.Document;
import org.junit.jupiter.api.Test;

class YamlDocumentsTest {
    @Test
    void documentsKnowTheirFirstLine() {
        assertThat(YamlDocuments.split("a: 1\n---\nb: 2\n--- # comment\n\nc: 3\n"))
                .extracting(Document::line)
                .containsExactly(1, 2, 4);
    }

    @Test
    void documentsWithoutContentAreNone() {
        assertThat(YamlDocuments.split("")).isEmpty();
        assertThat(YamlDocuments.split("---\n# only a comment\n---\n\n...\n")).isEmpty();
    }

    @Test
    void contentOnTheSeparatorLineBelongsToTheDocument() {
        assertThat(YamlDocuments.split("a: 1\n--- {b: 2}\n"))
                .extracting(Document::text)
                .last()
                .asString()
                .contains("{b: 2}");
    }

    @Test
    void dashesInsideALineSeparateNothing() {
        assertThat(YamlDocuments.split("a: '---'\nb: |\n  --- not a separator\n"))
                .hasSize(1);
    }
}
