package dev.espalier.esp.packet;

import static dev.espalier.esp.EspFixtures.LOCAL_V4;
import static dev.espalier.esp.EspFixtures.PEER;
import static dev.espalier.esp.EspFixtures.REMOTE_V4;
import static dev.espalier.esp.EspFixtures.SELECTORS;
import static dev.espalier.esp.EspFixtures.SPI;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.esp.IpPackets;
import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.spd.Spd;
import dev.espalier.esp.spd.SpdEntry;
import dev.espalier.wire.ip.Prefix;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("ESP-14")
class StagedPacketsTest {
    private final Rig rig = new Rig();

    @Test
    @DisplayName("Packets that came before the SA leave after it, in order, sealed")
    void releasesInOrderOnceThereIsAnSa() {
        assertThat(rig.send(numbered(1))).isEqualTo(Verdict.STAGED);
        assertThat(rig.send(numbered(2))).isEqualTo(Verdict.STAGED);
        assertThat(rig.outbound.nextReleased(rig.packet, rig.a.tables(), rig.now))
                .isFalse();
        rig.connected();

        assertThat(released()).containsExactly(1, 2);
        assertThat(rig.staged.size()).isZero();
        assertThat(rig.dropsA.total()).isZero();
    }

    @Test
    void asksForAnSaOnceAndAgainEachSecond() {
        rig.send(numbered(1));
        rig.send(numbered(2));
        assertThat(rig.needed).containsExactly(PEER);
        rig.now += Rig.SECOND - 1;
        rig.send(numbered(3));
        assertThat(rig.needed).hasSize(1);
        rig.now += 1;
        rig.send(numbered(4));

        assertThat(rig.needed).containsExactly(PEER, PEER);
    }

    @Test
    void dropsTheOldestOfAPeerBeyondItsShare() {
        for (int i = 1; i <= 6; i++) {
            rig.send(numbered(i));
        }
        rig.connected();

        assertThat(released()).containsExactly(3, 4, 5, 6);
        assertThat(rig.dropsA.get(Drop.STAGED_OVERFLOW)).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "When all slots are taken, a peer replaces its own packets and a new one gets none: nobody's are taken for it")
    void sharesTheSlotsFairly() {
        Rig small = new Rig(true, 4, 5);
        Prefix third = Prefix.parse("10.42.3.0/24");
        small.a.setPolicy(Spd.of(List.of(
                SpdEntry.protect(LOCAL_V4, REMOTE_V4, PEER),
                SpdEntry.protect(LOCAL_V4, third, "node-c"),
                SpdEntry.protect(LOCAL_V4, Prefix.parse("10.42.4.0/24"), "node-d"))));
        for (int i = 1; i <= 4; i++) {
            small.send(numbered(i));
        }
        small.send(IpPackets.from("10.42.1.5", "10.42.3.1").build());
        assertThat(small.dropsA.total()).isZero();
        small.send(IpPackets.from("10.42.1.5", "10.42.3.2").build());
        small.send(IpPackets.from("10.42.1.5", "10.42.4.1").build());

        assertThat(small.dropsA.get(Drop.STAGED_OVERFLOW)).isEqualTo(2);
        assertThat(small.staged.size()).isEqualTo(5);
        assertThat(small.needed).containsExactly(PEER, "node-c", "node-d");
    }

    @Test
    void dropsWhatWaitedTooLong() {
        rig.send(numbered(1));
        rig.now += 3 * Rig.SECOND;
        rig.send(numbered(2));
        rig.now += 3 * Rig.SECOND;
        rig.connected();

        assertThat(released()).containsExactly(2);
        assertThat(rig.dropsA.get(Drop.STAGED_EXPIRED)).isEqualTo(1);
    }

    @Test
    @DisplayName("Policy that changed meanwhile holds for what was staged before")
    void looksAtPolicyAgainOnRelease() {
        rig.send(numbered(1));
        rig.a.setPolicy(Spd.of(List.of(SpdEntry.discard(LOCAL_V4, REMOTE_V4))));
        rig.installOutbound(SPI, EspTransform.AES_128_GCM_16, true, SELECTORS);

        assertThat(rig.outbound.nextReleased(rig.packet, rig.a.tables(), rig.now))
                .isTrue();
        assertThat(rig.process()).isEqualTo(Verdict.DROPPED);
        assertThat(rig.dropsA.get(Drop.POLICY_DISCARD)).isEqualTo(1);
    }

    @Test
    void takesPacketsOfEveryPeerThatIsReached() {
        Prefix third = Prefix.parse("10.42.3.0/24");
        rig.a.setPolicy(Spd.of(
                List.of(SpdEntry.protect(LOCAL_V4, third, "node-c"), SpdEntry.protect(LOCAL_V4, REMOTE_V4, PEER))));
        rig.send(IpPackets.from("10.42.1.5", "10.42.3.1").build());
        rig.send(numbered(1));
        rig.connected();

        assertThat(released()).containsExactly(1);
        assertThat(rig.staged.size()).as("node-c's still waits").isEqualTo(1);
    }

    private List<Integer> released() {
        List<Integer> numbers = new ArrayList<>();
        while (rig.outbound.nextReleased(rig.packet, rig.a.tables(), rig.now)) {
            assertThat(rig.process()).isEqualTo(Verdict.FORWARD);
            assertThat(rig.receive(rig.bytes())).isEqualTo(Verdict.FORWARD);
            numbers.add(ByteBuffer.wrap(rig.bytes()).getInt(20));
        }
        return numbers;
    }

    private static byte[] numbered(int number) {
        return IpPackets.from("10.42.1.5", "10.42.2.9")
                .protocol(253, ByteBuffer.allocate(8).putInt(number).array())
                .build();
    }
}
