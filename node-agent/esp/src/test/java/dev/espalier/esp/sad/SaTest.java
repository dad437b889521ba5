package dev.espalier.esp.sad;

import static dev.espalier.esp.EspFixtures.PEER;
import static dev.espalier.esp.EspFixtures.SPI;
import static dev.espalier.esp.EspFixtures.cipher;
import static dev.espalier.esp.EspFixtures.inbound;
import static dev.espalier.esp.EspFixtures.outbound;
import static dev.espalier.esp.EspFixtures.parameters;
import static dev.espalier.esp.EspFixtures.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.esp.EspFixtures;
import dev.espalier.esp.IpPackets;
import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.spd.Spd;
import dev.espalier.wire.Octets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SaTest {
    private static final int TEXT = 40;
    private static final int SIZE = 16 + TEXT + 16;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    @Test
    @Tag("ESP-02")
    void countsFromOne() {
        OutboundSa sa = outbound(SPI);
        MemorySegment packet = sealed(sa);

        assertThat(packet.get(INT, 0)).isEqualTo(SPI);
        assertThat(packet.get(INT, 4)).isEqualTo(1);
        assertThat(sealed(sa).get(INT, 4)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Tag("ESP-02")
    @DisplayName("Stops at the end of the number space, with and without ESN; the last number is used")
    void stopsAtTheLastNumber(boolean esn) {
        OutboundSa sa = new OutboundSa(
                parameters(SPI, EspTransform.AES_128_GCM_16, esn), cipher(EspTransform.AES_128_GCM_16, esn));
        sa.skipTo(esn ? -2L : 0xffff_fffeL);
        MemorySegment packet = Arena.ofAuto().allocate(SIZE);

        assertThat(sa.seal(packet, 0, TEXT, 1)).isEqualTo(OutboundSa.Outcome.SEALED);
        assertThat(packet.get(INT, 4)).isEqualTo(-1);
        assertThat(sa.seal(packet, 0, TEXT, 1)).isEqualTo(OutboundSa.Outcome.EXHAUSTED);
        assertThat(sa.seal(packet, 0, TEXT, 1)).isEqualTo(OutboundSa.Outcome.EXHAUSTED);
        assertThat(sa.usage().packets()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Tag("F-02")
    @DisplayName("Another process goes on: no number is sent twice, and none is taken twice")
    void goesOnInAnotherProcess(boolean esn) {
        SaParameters parameters = parameters(SPI, EspTransform.AES_128_GCM_16, esn);
        OutboundSa out = new OutboundSa(parameters, cipher(EspTransform.AES_128_GCM_16, esn));
        InboundSa in = new InboundSa(parameters, cipher(EspTransform.AES_128_GCM_16, esn));
        out.skipTo(0x8000_0000L);
        MemorySegment seen = sealed(out);
        MemorySegment replay = Arena.ofAuto().allocate(SIZE).copyFrom(seen);
        MemorySegment late = sealed(out);
        MemorySegment newest = sealed(out);
        assertThat(open(in, seen)).isEqualTo(InboundSa.Outcome.OPENED_NEWEST);
        assertThat(open(in, newest)).isEqualTo(InboundSa.Outcome.OPENED_NEWEST);
        out.setPathMtu(1400);

        OutboundSa nextOut = new OutboundSa(parameters, cipher(EspTransform.AES_128_GCM_16, esn), out.suspend());
        InboundSa nextIn = new InboundSa(parameters, cipher(EspTransform.AES_128_GCM_16, esn), in.progress());

        assertThat(open(nextIn, replay)).isEqualTo(InboundSa.Outcome.REPLAYED);
        assertThat(open(nextIn, late)).isEqualTo(InboundSa.Outcome.OPENED);
        assertThat(open(nextIn, sealed(nextOut))).isEqualTo(InboundSa.Outcome.OPENED_NEWEST);
        assertThat(nextOut.lastSequence()).isEqualTo(0x8000_0004L);
        assertThat(nextOut.usage().packets()).isEqualTo(4);
        assertThat(nextOut.pathMtu()).isEqualTo(1400);
        assertThat(nextIn.usage().packets()).isEqualTo(4);
        assertThat(out.seal(Arena.ofAuto().allocate(SIZE), 0, TEXT, 1)).isEqualTo(OutboundSa.Outcome.CLOSED);
        out.resume();
        assertThat(sealed(out).get(INT, 4)).isEqualTo(0x8000_0004);
    }

    @Test
    @Tag("F-02")
    void aWindowOfAnotherSizeIsNotGoneOnWith() {
        SaProgress progress = new SaProgress(5, Octets.of(new byte[8]), 5, 200, 0);

        assertThatThrownBy(() -> new InboundSa(
                        parameters(SPI, EspTransform.AES_128_GCM_16, true),
                        cipher(EspTransform.AES_128_GCM_16, true),
                        progress))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Tag("ESP-04")
    void crossesTheBorderOfTwoSubspaces() {
        OutboundSa out = outbound(SPI);
        InboundSa in = inbound(SPI);
        out.skipTo(0x8000_0000L);
        assertThat(open(in, sealed(out))).isEqualTo(InboundSa.Outcome.OPENED_NEWEST);
        out.skipTo(0xffff_fffdL);
        for (int i = 0; i < 5; i++) {
            assertThat(open(in, sealed(out))).as("packet %d", i).isEqualTo(InboundSa.Outcome.OPENED_NEWEST);
        }
    }

    @Test
    @Tag("ESP-04")
    @DisplayName("After 2^32 packets lost in a row, many failures bring the receiver back into step (RFC 4303 A3)")
    void resynchronises() {
        OutboundSa out = outbound(SPI);
        InboundSa in = inbound(SPI);
        assertThat(open(in, sealed(out))).isEqualTo(InboundSa.Outcome.OPENED_NEWEST);
        out.skipTo(3L << 32 | 77);

        List<InboundSa.Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            outcomes.add(open(in, sealed(out)));
        }
        assertThat(outcomes.subList(0, 63)).containsOnly(InboundSa.Outcome.FORGED);
        assertThat(outcomes.getLast()).isEqualTo(InboundSa.Outcome.OPENED_NEWEST);
        assertThat(open(in, sealed(out))).isEqualTo(InboundSa.Outcome.OPENED_NEWEST);
    }

    @Test
    @Tag("ESP-04")
    @DisplayName("Beyond the limit of resynchronisation the receiver stays where it is")
    void resynchronisesWithinItsLimitOnly() {
        OutboundSa out = outbound(SPI);
        InboundSa in = inbound(SPI);
        assertThat(open(in, sealed(out))).isEqualTo(InboundSa.Outcome.OPENED_NEWEST);
        out.skipTo(9L << 32 | 1000);

        for (int i = 0; i < 200; i++) {
            assertThat(open(in, sealed(out))).isEqualTo(InboundSa.Outcome.FORGED);
        }
    }

    @Test
    @Tag("ESP-03")
    @DisplayName("A forged packet with a high number leaves window and counters of good packets alone")
    void forgeryMovesNothing() {
        OutboundSa out = outbound(SPI);
        InboundSa in = inbound(SPI);
        MemorySegment first = sealed(out);
        MemorySegment forged = sealed(out);
        forged.set(INT, 4, 1_000_000);

        assertThat(open(in, forged)).isEqualTo(InboundSa.Outcome.FORGED);
        assertThat(open(in, first)).isEqualTo(InboundSa.Outcome.OPENED_NEWEST);
        assertThat(in.usage()).isEqualTo(new SaUsage(1, TEXT, 99, 0, 1));
    }

    @Test
    @Tag("ESP-03")
    void refusesReplaysBeforeOpening() {
        OutboundSa out = outbound(SPI);
        InboundSa in = inbound(SPI);
        MemorySegment first = sealed(out);
        MemorySegment copy = Arena.ofAuto().allocate(SIZE).copyFrom(first);
        assertThat(open(in, first)).isEqualTo(InboundSa.Outcome.OPENED_NEWEST);

        assertThat(open(in, copy)).isEqualTo(InboundSa.Outcome.REPLAYED);
        assertThat(in.usage().replayed()).isEqualTo(1);
    }

    @Test
    @Tag("ESP-03")
    void tellsStragglersFromTheNewest() {
        OutboundSa out = outbound(SPI);
        InboundSa in = inbound(SPI);
        MemorySegment first = sealed(out);
        MemorySegment second = sealed(out);

        assertThat(open(in, second)).isEqualTo(InboundSa.Outcome.OPENED_NEWEST);
        assertThat(open(in, first)).isEqualTo(InboundSa.Outcome.OPENED);
    }

    @Test
    void refusesEverythingOnceClosed() {
        OutboundSa out = outbound(SPI);
        InboundSa in = inbound(SPI);
        MemorySegment packet = sealed(out);
        out.close();
        in.close();
        out.close();

        assertThat(out.seal(packet, 0, TEXT, 1)).isEqualTo(OutboundSa.Outcome.CLOSED);
        assertThat(open(in, packet)).isEqualTo(InboundSa.Outcome.CLOSED);
    }

    @Test
    void countsPacketsOctetsAndTime() {
        OutboundSa out = outbound(SPI);
        assertThat(out.usage()).isEqualTo(new SaUsage(0, 0, 0, 0, 0));
        sealed(out);
        sealed(out);

        assertThat(out.usage()).isEqualTo(new SaUsage(2, 2 * TEXT, 99, 0, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255})
    @Tag("ESP-01")
    void refusesReservedSpis(int spi) {
        assertThatThrownBy(() -> parameters(spi, EspTransform.AES_128_GCM_16, true))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(SaParameters.isReserved(256)).isFalse();
        assertThat(SaParameters.isReserved(-1)).isFalse();
    }

    @Test
    @Tag("ESP-05")
    void findsInboundSasBySpi() {
        SecurityDatabase database = new SecurityDatabase();
        for (int i = 0; i < 1000; i++) {
            database.install(inbound(0x1000 + i * 0x10001));
        }
        Sad sad = database.tables().sad();
        for (int i = 0; i < 1000; i++) {
            assertThat(sad.inbound(0x1000 + i * 0x10001)).isNotNull();
        }
        assertThat(sad.inbound(0x1001)).isNull();
        assertThat(Sad.EMPTY.inbound(0x1000)).isNull();
    }

    @Test
    @DisplayName("The SA installed last is used; when it goes first, the older one serves again")
    void prefersTheNewestOutboundSa() {
        SecurityDatabase database = new SecurityDatabase();
        var view = IpPackets.view(IpPackets.from("10.42.1.5", "10.42.2.5").build());
        database.install(outbound(0x1001));
        database.install(outbound(0x1002));
        assertThat(database.tables().sad().outbound(PEER, view))
                .extracting(OutboundSa::spi)
                .isEqualTo(0x1002);

        assertThat(database.removeOutbound(PEER, 0x1002)).isPresent();
        assertThat(database.tables().sad().outbound(PEER, view))
                .extracting(OutboundSa::spi)
                .isEqualTo(0x1001);
        assertThat(database.removeOutbound(PEER, 0x1001)).isPresent();
        assertThat(database.tables().sad().outbound(PEER, view)).isNull();
        assertThat(database.tables().sad().reaches(PEER)).isFalse();
    }

    @Test
    void refusesASecondSaWithOneSpi() {
        SecurityDatabase database = new SecurityDatabase();
        database.install(inbound(SPI));
        database.install(outbound(SPI));

        assertThatThrownBy(() -> database.install(inbound(SPI))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> database.install(outbound(SPI))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closesWhatItRemoves() {
        SecurityDatabase database = new SecurityDatabase();
        InboundSa in = inbound(SPI);
        OutboundSa out = outbound(SPI);
        MemorySegment packet = sealed(outbound(SPI));
        database.install(in);
        database.install(out);

        assertThat(database.removeInbound(SPI)).contains(in);
        assertThat(database.removeInbound(SPI)).isEmpty();
        assertThat(open(in, packet)).isEqualTo(InboundSa.Outcome.CLOSED);
        database.clear();
        assertThat(out.seal(packet, 0, TEXT, 1)).isEqualTo(OutboundSa.Outcome.CLOSED);
        assertThat(database.tables().sad().outboundSas()).isEmpty();
    }

    @Test
    void movesBothHalvesOfAPair() {
        SecurityDatabase database = new SecurityDatabase();
        InboundSa in = inbound(SPI);
        OutboundSa out = outbound(SPI);
        OutboundSa other = outbound(SPI + 1);
        database.install(in);
        database.install(out);
        database.install(other);
        var elsewhere = path("192.0.2.1", 4500, "198.51.100.7", 1024);

        assertThat(database.move(SPI, elsewhere)).isTrue();
        assertThat(in.path()).isEqualTo(elsewhere);
        assertThat(out.path()).isEqualTo(elsewhere);
        assertThat(other.path()).isEqualTo(EspFixtures.PATH);
        assertThat(database.move(0x7777, elsewhere)).isFalse();
    }

    @Test
    void tellsItsListenersOfEveryChange() {
        SecurityDatabase database = new SecurityDatabase();
        List<SecurityDatabase.Tables> seen = new ArrayList<>();
        Runnable listener = () -> seen.add(database.tables());
        database.onChange(listener);
        database.setPolicy(Spd.EMPTY);
        database.install(inbound(SPI));
        database.install(outbound(SPI));
        database.removeInbound(SPI);
        database.removeListener(listener);
        database.clear();

        assertThat(seen).hasSize(4).doesNotHaveDuplicates();
    }

    @Test
    void keepsKeysOutOfItsText() {
        assertThat(outbound(SPI).toString())
                .isEqualTo("OutboundSa[node-b, spi c0de0001, AES_128_GCM_16, 192.0.2.1:4500<->192.0.2.2:4500]");
        assertThat(inbound(SPI).toString()).startsWith("InboundSa[node-b, spi c0de0001");
    }

    private static MemorySegment sealed(OutboundSa sa) {
        MemorySegment packet = Arena.ofAuto().allocate(SIZE);
        assertThat(sa.seal(packet, 0, TEXT, 99)).isEqualTo(OutboundSa.Outcome.SEALED);
        return packet;
    }

    private static InboundSa.Outcome open(InboundSa sa, MemorySegment packet) {
        return sa.open(packet, 0, TEXT, 99);
    }
}
