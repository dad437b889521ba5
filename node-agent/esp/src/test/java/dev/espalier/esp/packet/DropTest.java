package dev.espalier.esp.packet;

import static dev.espalier.esp.EspFixtures.LOCAL_V4;
import static dev.espalier.esp.EspFixtures.PATH;
import static dev.espalier.esp.EspFixtures.PEER;
import static dev.espalier.esp.EspFixtures.REMOTE_V4;
import static dev.espalier.esp.EspFixtures.SELECTORS;
import static dev.espalier.esp.EspFixtures.SPI;
import static dev.espalier.esp.EspFixtures.reversed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.esp.IpPackets;
import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.sad.EndOfNumbers;
import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.esp.spd.EndSelector;
import dev.espalier.esp.spd.PortRange;
import dev.espalier.esp.spd.SelectorPair;
import dev.espalier.esp.spd.Spd;
import dev.espalier.esp.spd.SpdEntry;
import dev.espalier.wire.ip.Prefix;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every reason to drop, provoked: exactly that counter goes up by one, and nothing is forwarded. */
@Tag("ESP-22")
class DropTest {
    private static final IpPackets PACKET = IpPackets.from("10.42.1.5", "10.42.2.9");

    /** Counted by the loops around the ESP path, not by it; their tests are with the loops. */
    private static final Set<Drop> OF_THE_LOOPS = EnumSet.of(
            Drop.SEND_FAILED,
            Drop.SA_CLOSED,
            Drop.DATAGRAM_TRUNCATED,
            Drop.RUNT_DATAGRAM,
            Drop.IKE_QUEUE_FULL,
            Drop.TUN_WRITE_FAILED,
            Drop.INTERNAL_ERROR);

    private static final Map<Drop, Function<Rig, Verdict>> PROVOCATIONS = provocations();

    static Set<Drop> provoked() {
        return PROVOCATIONS.keySet();
    }

    @ParameterizedTest
    @MethodSource("provoked")
    void isCountedAndNotForwarded(Drop drop) {
        Rig rig = new Rig();
        Function<Rig, Verdict> provocation = PROVOCATIONS.getOrDefault(drop, r -> Verdict.FORWARD);

        assertThat(provocation.apply(rig)).isNotEqualTo(Verdict.FORWARD);
        assertThat(counts(rig)).isEqualTo(Map.of(drop, 1L));
    }

    @Test
    void leavesNoReasonUntested() {
        assertThat(EnumSet.allOf(Drop.class))
                .containsExactlyInAnyOrderElementsOf(union(OF_THE_LOOPS, PROVOCATIONS.keySet()));
    }

    @Test
    @DisplayName("Reasons are stable names for a metric label, each explained")
    void namesAndExplainsEveryReason() {
        assertThat(Arrays.stream(Drop.values()).map(Drop::reason)).doesNotHaveDuplicates();
        for (Drop drop : Drop.values()) {
            assertThat(drop.reason()).matches("[a-z]+(-[a-z]+)*");
            assertThat(drop.cause()).endsWith(".");
            assertThat(drop.remedy()).endsWith(".");
        }
    }

    private static Map<Drop, Function<Rig, Verdict>> provocations() {
        Map<Drop, Function<Rig, Verdict>> all = new EnumMap<>(Drop.class);
        outbound(all);
        staging(all);
        inbound(all);
        authenticButWrong(all);
        return all;
    }

    private static void outbound(Map<Drop, Function<Rig, Verdict>> all) {
        byte[] plain = PACKET.build();
        all.put(Drop.OUTBOUND_MALFORMED, rig -> rig.connected().send(new byte[] {0x45, 0, 0}));
        all.put(Drop.POLICY_DISCARD, rig -> {
            rig.a.setPolicy(Spd.of(List.of(SpdEntry.discard(LOCAL_V4, REMOTE_V4))));
            return rig.connected().send(plain);
        });
        all.put(
                Drop.NO_POLICY,
                rig -> rig.connected()
                        .send(IpPackets.from("10.42.1.5", "10.99.0.1").build()));
        all.put(
                Drop.LINK_LOCAL,
                rig -> rig.connected().send(IpPackets.from("fe80::1", "ff02::2").build()));
        all.put(Drop.BYPASS_IN_TUNNEL, rig -> {
            rig.a.setPolicy(Spd.of(List.of(SpdEntry.bypass(LOCAL_V4, REMOTE_V4))));
            return rig.connected().send(plain);
        });
        all.put(Drop.FRAGMENT_WITHOUT_PORTS, rig -> {
            rig.a.setPolicy(Spd.of(List.of(new SpdEntry(
                    LOCAL_V4, REMOTE_V4, 17, PortRange.ANY, PortRange.of(53), SpdEntry.Action.PROTECT, PEER))));
            return rig.connected()
                    .send(IpPackets.from("10.42.1.5", "10.42.2.9")
                            .fragment(64, true)
                            .build());
        });
        all.put(Drop.NO_MATCHING_SA, rig -> {
            SelectorPair narrow = new SelectorPair(
                    List.of(EndSelector.of(Prefix.parse("10.42.1.77/32"))), List.of(EndSelector.of(REMOTE_V4)));
            return rig.connected(EspTransform.AES_128_GCM_16, true, narrow).send(plain);
        });
        all.put(Drop.SEQUENCE_EXHAUSTED, rig -> {
            rig.a.install(EndOfNumbers.outbound());
            return rig.send(plain);
        });
        all.put(Drop.PACKET_TOO_BIG, rig -> {
            OutboundSa sa = rig.installOutbound(SPI, EspTransform.AES_128_GCM_16, true, SELECTORS);
            sa.setPathMtu(1300);
            return rig.send(
                    IpPackets.from("10.42.1.5", "10.42.2.9").udpPayload(1400).build());
        });
    }

    private static void staging(Map<Drop, Function<Rig, Verdict>> all) {
        all.put(Drop.STAGED_OVERFLOW, rig -> {
            for (int i = 0; i < 4; i++) {
                rig.send(PACKET.build());
            }
            return rig.send(PACKET.build());
        });
        all.put(Drop.STAGED_EXPIRED, rig -> {
            Verdict verdict = rig.send(PACKET.build());
            rig.outbound.expireStaged(rig.now + 6 * Rig.SECOND);
            return verdict;
        });
    }

    private static void inbound(Map<Drop, Function<Rig, Verdict>> all) {
        all.put(Drop.RESERVED_SPI, rig -> rig.connected().receive(new byte[] {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0}));
        all.put(Drop.UNKNOWN_SPI, rig -> rig.connected().receive(new byte[] {9, 9, 9, 9, 0, 0, 0, 1, 0, 0, 0, 0}));
        all.put(Drop.ESP_MALFORMED, rig -> {
            byte[] esp = rig.connected().sealed(PACKET.build());
            return rig.receive(Arrays.copyOf(esp, esp.length - 1));
        });
        all.put(Drop.REPLAYED, rig -> {
            byte[] esp = rig.connected().sealed(PACKET.build());
            rig.receive(esp);
            return rig.receive(esp);
        });
        all.put(Drop.REPLAY_TOO_OLD, rig -> {
            byte[] first =
                    rig.connected(EspTransform.AES_128_GCM_16, false, SELECTORS).sealed(PACKET.build());
            byte[] last = first;
            for (int i = 0; i < 8192; i++) {
                last = rig.sealed(PACKET.build());
            }
            rig.receive(last);
            return rig.receive(first);
        });
        all.put(Drop.FORGED, rig -> {
            byte[] esp = rig.connected().sealed(PACKET.build());
            esp[esp.length - 1] ^= 1;
            return rig.receive(esp);
        });
    }

    private static void authenticButWrong(Map<Drop, Function<Rig, Verdict>> all) {
        byte[] inner = PACKET.build();
        all.put(Drop.BAD_PADDING, rig -> rig.connected().receive(rig.sealedText(new byte[] {0, 0, 9, 4})));
        all.put(Drop.UNEXPECTED_NEXT_HEADER, rig -> rig.connected().receive(rig.sealedText(text(inner, 17))));
        all.put(Drop.INNER_MALFORMED, rig -> rig.connected().receive(rig.sealedText(text(inner, 41))));
        all.put(
                Drop.INNER_SELECTOR_MISMATCH,
                rig -> rig.connected()
                        .receive(rig.sealedText(
                                text(IpPackets.from("10.42.7.7", "10.42.2.9").build(), 4))));
        all.put(Drop.INBOUND_POLICY, rig -> {
            byte[] esp = rig.connected().sealed(inner);
            rig.b.setPolicy(Spd.EMPTY);
            return rig.receive(esp);
        });
        all.put(Drop.ICMP_QUOTE_MISMATCH, rig -> {
            byte[] aboutOthers = IpPackets.from("10.42.2.9", "10.77.0.1").build();
            byte[] error = IpPackets.from("10.42.1.5", "10.42.2.9")
                    .icmpError(3, aboutOthers)
                    .build();
            return rig.connected().receive(rig.sealed(error));
        });
        all.put(Drop.ECN_VIOLATION, rig -> rig.connected().receive(rig.sealed(inner), reversed(PATH), Ecn.CE));
    }

    /** {@code inner} as the text of an ESP packet, padded. */
    static byte[] text(byte[] inner, int nextHeader) {
        int pad = -(inner.length + 2) & 3;
        ByteBuffer text = ByteBuffer.allocate(inner.length + pad + 2).put(inner);
        text.put(text.capacity() - 2, (byte) pad);
        text.put(text.capacity() - 1, (byte) nextHeader);
        return text.array();
    }

    private static Map<Drop, Long> counts(Rig rig) {
        Map<Drop, Long> all = new EnumMap<>(Drop.class);
        for (DropCounters counters : List.of(rig.dropsA, rig.dropsB)) {
            counters.snapshot().forEach((drop, count) -> all.merge(drop, count, Long::sum));
        }
        return all.entrySet().stream()
                .filter(e -> e.getValue() != 0)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Set<Drop> union(Set<Drop> one, Set<Drop> other) {
        Set<Drop> all = EnumSet.copyOf(one);
        all.addAll(other);
        return all;
    }
}
