package dev.espalier.agent.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OffloadsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            auto     | tso,uso,gso,gro
            none     | none
            gro,tso  | tso,gro
            USO      | uso
            """)
    @DisplayName("A setting is read, and said as it would be written")
    void readsSettings(String text, String said) {
        assertThat(Offloads.parse(text)).hasToString(said);
        assertThat(Offloads.parse(said)).isEqualTo(Offloads.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "lro", "tso,", "tso gro", "auto,gso"})
    @DisplayName("Anything else is refused with what there is")
    void refusesOthers(String text) {
        assertThatThrownBy(() -> Offloads.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tso,uso,gso,gro");
    }

    @Test
    @DisplayName("The tunnel device needs headers for what goes through it, not for what sockets do")
    void asksForHeaders() {
        assertThat(Offloads.parse("gso,gro").tunOptions().vnetHeader()).isFalse();
        assertThat(Offloads.parse("uso").tunOptions().vnetHeader()).isTrue();
    }
}
