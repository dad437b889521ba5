package dev.espalier.esp.packet;

import static dev.espalier.esp.EspFixtures.PATH;
import static dev.espalier.esp.EspFixtures.PEER;
import static dev.espalier.esp.EspFixtures.SELECTORS;
import static dev.espalier.esp.EspFixtures.SPI;
import static dev.espalier.esp.EspFixtures.path;
import static dev.espalier.esp.EspFixtures.reversed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.esp.IpPackets;
import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.sad.InboundSa;
import dev.espalier.esp.sad.SecurityDatabase.Tables;
import dev.espalier.wire.ip.UdpPath;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InboundChecksTest {
    private final Rig rig = new Rig().connected();

    @ParameterizedTest
    @Tag("ESP-11")
    @DisplayName("A peer that is authentic yet poses as another, or aims beyond our pods, gets nothing through")
    @CsvSource({
        "10.42.3.5,10.42.2.9",
        "10.42.2.5,10.42.2.9",
        "10.42.1.5,10.42.3.9",
        "10.42.1.5,192.0.2.2",
        "fd42:0:0:3::5,fd42:0:0:2::9",
        "fd42:0:0:1::5,fd42:0:0:1::9"
    })
    void letsNoPeerPoseAsAnother(String source, String destination) {
        byte[] posing = DropTest.text(IpPackets.from(source, destination).build(), source.contains(":") ? 41 : 4);

        assertThat(rig.receive(rig.sealedText(posing))).isEqualTo(Verdict.DROPPED);
        assertThat(rig.dropsB.get(Drop.INNER_SELECTOR_MISMATCH)).isEqualTo(1);
    }

    @Test
    @Tag("ESP-18")
    @DisplayName("An ICMP error about a packet that we could have sent passes, from any hop of the peer's side")
    void passesIcmpErrorsAboutOurPackets() {
        byte[] oursV4 =
                IpPackets.from("10.42.2.9", "10.42.1.77").udpPayload(500).build();
        byte[] oursV6 = IpPackets.from("fd42:0:0:2::9", "fd42:0:0:1::77")
                .udpPayload(500)
                .build();
        for (byte[] error : List.of(
                IpPackets.from("10.42.1.1", "10.42.2.9")
                        .icmpError(3, Arrays.copyOf(oursV4, 28))
                        .build(),
                IpPackets.from("10.42.1.1", "10.42.2.9").icmpError(11, oursV4).build(),
                IpPackets.from("fd42:0:0:1::1", "fd42:0:0:2::9")
                        .icmpError(2, Arrays.copyOf(oursV6, 200))
                        .build())) {
            assertThat(rig.receive(rig.sealed(error))).isEqualTo(Verdict.FORWARD);
            assertThat(rig.bytes()).isEqualTo(error);
        }
    }

    @Test
    @Tag("ESP-18")
    void dropsIcmpErrorsAboutPacketsOfOthers() {
        byte[] others = IpPackets.from("10.42.2.9", "10.42.3.3").build();
        byte[] othersV6 = IpPackets.from("fd42:0:0:2::9", "fd42:0:0:3::3").build();
        List<byte[]> errors = List.of(
                IpPackets.from("10.42.1.1", "10.42.2.9").icmpError(3, others).build(),
                IpPackets.from("10.42.1.1", "10.42.2.9").icmpError(5, others).build(),
                IpPackets.from("fd42:0:0:1::1", "fd42:0:0:2::9")
                        .icmpError(1, othersV6)
                        .build(),
                IpPackets.from("10.42.1.1", "10.42.2.9")
                        .icmpError(3, new byte[10])
                        .build());
        errors.forEach(error -> assertThat(rig.receive(rig.sealed(error))).isEqualTo(Verdict.DROPPED));

        assertThat(rig.dropsB.get(Drop.ICMP_QUOTE_MISMATCH)).isEqualTo(errors.size());
    }

    @Test
    @DisplayName("ICMP that is no error is ordinary traffic")
    void passesEchoes() {
        byte[] echo = IpPackets.from("10.42.1.5", "10.42.2.9")
                .icmpError(8, new byte[56])
                .build();
        byte[] echoV6 = IpPackets.from("fd42:0:0:1::5", "fd42:0:0:2::9")
                .icmpError(128, new byte[56])
                .build();
        assertThat(rig.receive(rig.sealed(echo))).isEqualTo(Verdict.FORWARD);
        assertThat(rig.receive(rig.sealed(echoV6))).isEqualTo(Verdict.FORWARD);
    }

    @Test
    @Tag("ESP-19")
    void passesFragmentsUnderSelectorsByAddress() {
        for (int offset : new int[] {0, 64}) {
            byte[] v4 = IpPackets.from("10.42.1.5", "10.42.2.9")
                    .fragment(offset, true)
                    .build();
            byte[] v6 = IpPackets.from("fd42:0:0:1::5", "fd42:0:0:2::9")
                    .fragment(offset, true)
                    .build();
            assertThat(rig.receive(rig.sealed(v4))).isEqualTo(Verdict.FORWARD);
            assertThat(rig.receive(rig.sealed(v6))).isEqualTo(Verdict.FORWARD);
        }
    }

    @Test
    @Tag("IKE-46")
    @DisplayName("An authentic packet from a new place is told once for each place; data goes on")
    void tellsWhereThePeerIsNow() {
        UdpPath usual = reversed(PATH);
        UdpPath moved = path("192.0.2.2", 4500, "203.0.113.9", 31_000);
        UdpPath again = path("192.0.2.2", 4500, "203.0.113.9", 31_001);
        for (UdpPath from : List.of(usual, moved, moved, again, again, usual)) {
            assertThat(rig.receive(rig.sealed(packet()), from, 0)).isEqualTo(Verdict.FORWARD);
        }
        assertThat(rig.moved).containsExactly(moved, again);
    }

    @Test
    @Tag("IKE-46")
    @DisplayName("IKE has moved the SA: the new place is the usual one, the old one would be news")
    void followsWhereIkeMovedIt() {
        UdpPath moved = path("192.0.2.2", 4500, "203.0.113.9", 31_000);
        InboundSa sa = Objects.requireNonNull(rig.b.tables().sad().inbound(SPI));
        rig.receive(rig.sealed(packet()), moved, 0);
        rig.b.move(SPI, moved);
        rig.receive(rig.sealed(packet()), moved, 0);
        assertThat(rig.moved).containsExactly(moved);
        assertThat(sa.reportedPath()).isNull();

        rig.receive(rig.sealed(packet()), reversed(PATH), 0);
        assertThat(rig.moved).containsExactly(moved, reversed(PATH));
    }

    @Test
    @Tag("IKE-46")
    @DisplayName("Forged, replayed and late packets move nobody")
    void isNotMovedByAnAttacker() {
        UdpPath elsewhere = path("192.0.2.2", 4500, "203.0.113.66", 6666);
        byte[] first = rig.sealed(packet());
        byte[] late = rig.sealed(packet());
        byte[] newest = rig.sealed(packet());
        byte[] forged = rig.sealed(packet());
        forged[20] ^= 1;
        rig.receive(first);
        rig.receive(newest);

        rig.receive(forged, elsewhere, 0);
        rig.receive(first, elsewhere, 0);
        assertThat(rig.receive(late, elsewhere, 0)).isEqualTo(Verdict.FORWARD);
        assertThat(rig.moved).isEmpty();
    }

    @Test
    @Tag("UDP-05")
    @DisplayName("Two nodes behind one NAT address are told apart by SPI")
    void keepsNodesBehindOneNatApart() {
        rig.installInbound(SPI + 1, EspTransform.AES_128_GCM_16, true, reversed(SELECTORS));
        UdpPath nat = path("192.0.2.2", 4500, "203.0.113.9", 31_000);
        assertThat(rig.receive(rig.sealed(packet()), nat, 0)).isEqualTo(Verdict.FORWARD);

        assertThat(Objects.requireNonNull(rig.b.tables().sad().inbound(SPI + 1))
                        .usage()
                        .packets())
                .isZero();
    }

    @Test
    @Tag("ESP-05")
    @DisplayName("After a delete, packets in flight are of an unknown SPI")
    void knowsNothingOfADeletedSa() {
        byte[] inFlight = rig.sealed(packet());
        rig.b.removeInbound(SPI);

        assertThat(rig.receive(inFlight)).isEqualTo(Verdict.DROPPED);
        assertThat(rig.dropsB.get(Drop.UNKNOWN_SPI)).isEqualTo(1);
    }

    @Test
    @Tag("IKE-24")
    @DisplayName("While old and new SA stand side by side, packets of both get through")
    void opensOldAndNewDuringARekey() {
        byte[] old = rig.sealed(packet());
        rig.installInbound(SPI + 1, EspTransform.AES_256_GCM_16, true, reversed(SELECTORS));
        rig.installOutbound(SPI + 1, EspTransform.AES_256_GCM_16, true, SELECTORS);
        byte[] renewed = rig.sealed(packet());

        assertThat(rig.receive(renewed)).isEqualTo(Verdict.FORWARD);
        assertThat(rig.receive(old)).isEqualTo(Verdict.FORWARD);
        assertThat(rig.dropsB.total()).isZero();
    }

    @Test
    @Tag("IKE-24")
    @DisplayName("A packet that meets an SA just removed is as it was, and leaves by the one that replaced it")
    void survivesTheRemovalOfItsSa() {
        Tables before = rig.a.tables();
        rig.installInbound(SPI + 1, EspTransform.AES_128_GCM_16, true, reversed(SELECTORS));
        rig.installOutbound(SPI + 1, EspTransform.AES_128_GCM_16, true, SELECTORS);
        rig.a.removeOutbound(PEER, SPI);
        rig.load(packet());

        assertThat(rig.process(before)).isEqualTo(Verdict.STALE);
        assertThat(rig.process()).isEqualTo(Verdict.FORWARD);
        assertThat(rig.receive(rig.bytes())).isEqualTo(Verdict.FORWARD);
        assertThat(rig.bytes()).isEqualTo(packet());
        assertThat(rig.dropsA.total()).isZero();
    }

    private static byte[] packet() {
        return IpPackets.from("10.42.1.5", "10.42.2.9").build();
    }
}
