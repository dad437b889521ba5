package dev.espalier.esp.packet;

import static dev.espalier.esp.EspFixtures.PATH;
import static dev.espalier.esp.EspFixtures.reversed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.esp.IpPackets;
import dev.espalier.wire.ip.Checksums;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EcnTest {
    private static final List<String> FIELDS = List.of("Not-ECT", "ECT(1)", "ECT(0)", "CE");

    /** RFC 6040 figure 4, row by row. */
    @ParameterizedTest(name = "inner {0}, outer {1}: {2}")
    @Tag("ESP-16")
    @CsvSource({
        "Not-ECT, Not-ECT, Not-ECT",
        "Not-ECT, ECT(0),  Not-ECT",
        "Not-ECT, ECT(1),  Not-ECT",
        "Not-ECT, CE,      drop",
        "ECT(0),  Not-ECT, ECT(0)",
        "ECT(0),  ECT(0),  ECT(0)",
        "ECT(0),  ECT(1),  ECT(1)",
        "ECT(0),  CE,      CE",
        "ECT(1),  Not-ECT, ECT(1)",
        "ECT(1),  ECT(0),  ECT(1)",
        "ECT(1),  ECT(1),  ECT(1)",
        "ECT(1),  CE,      CE",
        "CE,      Not-ECT, CE",
        "CE,      ECT(0),  CE",
        "CE,      ECT(1),  CE",
        "CE,      CE,      CE"
    })
    void decapsulatesByTheTable(String innerField, String outerField, String result) {
        int dscp = 0xb8;
        for (String[] ends : new String[][] {{"10.42.1.5", "10.42.2.9"}, {"fd42:0:0:1::5", "fd42:0:0:2::9"}}) {
            Rig rig = new Rig().connected();
            byte[] esp = rig.sealed(IpPackets.from(ends[0], ends[1])
                    .trafficClass(dscp | FIELDS.indexOf(innerField))
                    .build());
            Verdict verdict = rig.receive(esp, reversed(PATH), FIELDS.indexOf(outerField));

            if (result.equals("drop")) {
                assertThat(verdict).isEqualTo(Verdict.DROPPED);
                assertThat(rig.dropsB.get(Drop.ECN_VIOLATION)).isEqualTo(1);
                continue;
            }
            assertThat(verdict).isEqualTo(Verdict.FORWARD);
            byte[] inner = rig.bytes();
            assertThat(IpPackets.view(inner).trafficClass()).isEqualTo(dscp | FIELDS.indexOf(result));
            if (!IpPackets.view(inner).v6()) {
                assertThat(Checksums.of(MemorySegment.ofArray(inner), 0, 20))
                        .as("header checksum")
                        .isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    @Tag("ESP-15")
    @DisplayName("Encapsulation in normal mode copies the field (RFC 6040 4.1)")
    void encapsulatesByCopying(int field) {
        assertThat(Ecn.encapsulated(0xfc | field)).isEqualTo(field);
    }

    @Test
    @DisplayName("The outer DSCP stays outside")
    void ignoresOuterDscp() {
        Rig rig = new Rig().connected();
        byte[] esp = rig.sealed(
                IpPackets.from("10.42.1.5", "10.42.2.9").trafficClass(0x28).build());
        rig.receive(esp, reversed(PATH), 0xb8);

        assertThat(IpPackets.view(rig.bytes()).trafficClass()).isEqualTo(0x28);
    }
}
