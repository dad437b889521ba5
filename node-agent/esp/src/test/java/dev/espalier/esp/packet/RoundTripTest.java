package dev.espalier.esp.packet;

import static dev.espalier.esp.EspFixtures.PATH;
import static dev.espalier.esp.EspFixtures.SELECTORS;
import static dev.espalier.esp.EspFixtures.SPI;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.esp.IpPackets;
import dev.espalier.esp.crypto.EspTransform;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoundTripTest {
    private static IpPackets v4() {
        return IpPackets.from("10.42.1.5", "10.42.2.9");
    }

    private static IpPackets v6() {
        return IpPackets.from("fd42:0:0:1::5", "fd42:0:0:2::9");
    }

    @ParameterizedTest
    @EnumSource(EspTransform.class)
    @Tag("ESP-07")
    @DisplayName("What goes in comes out: every length to 300, both families, ESN on and off")
    void givesBackWhatItSealed(EspTransform transform) {
        for (boolean esn : new boolean[] {false, true}) {
            Rig rig = new Rig().connected(transform, esn, SELECTORS);
            for (int length = 0; length <= 300; length++) {
                for (IpPackets family : List.of(v4(), v6())) {
                    byte[] inner = family.udpPayload(length).build();
                    byte[] esp = rig.sealed(inner);

                    assertThat(esp).hasSize(transform.packetLength(inner.length));
                    assertThat(esp.length & 3).as("aligned to 32 bits").isZero();
                    assertThat(rig.receive(esp)).isEqualTo(Verdict.FORWARD);
                    assertThat(rig.bytes()).isEqualTo(inner);
                }
            }
            assertThat(rig.dropsA.total() + rig.dropsB.total()).isZero();
        }
    }

    @Test
    @Tag("ESP-07")
    @DisplayName("The text ends with padding 1, 2, 3, its length and the next header")
    void padsAsRfc4303Says() {
        for (int length = 0; length < 8; length++) {
            Rig rig = new Rig().connected();
            rig.receive(rig.sealed(v4().udpPayload(length).build()));
            // The opened text is still behind the inner packet in the slot.
            int end = rig.packet.offset() + rig.packet.length();
            int pad = -(rig.packet.length() + 2) & 3;
            byte[] trailer = rig.packet.memory().asSlice(end, pad + 2).toArray(ValueLayout.JAVA_BYTE);
            ByteBuffer expected = ByteBuffer.allocate(pad + 2);
            for (int i = 1; i <= pad; i++) {
                expected.put((byte) i);
            }
            assertThat(trailer).isEqualTo(expected.put((byte) pad).put((byte) 4).array());
        }
    }

    @Test
    @Tag("ALG-05")
    @DisplayName("No IV is used twice, and it is the sequence number")
    void neverRepeatsAnIv() {
        Rig rig = new Rig().connected();
        Set<Long> ivs = new HashSet<>();
        for (int i = 1; i <= 1000; i++) {
            ByteBuffer esp = ByteBuffer.wrap(rig.sealed(v4().build()));
            assertThat(esp.getInt(0)).isEqualTo(SPI);
            assertThat(esp.getInt(4)).isEqualTo(i);
            assertThat(ivs.add(esp.getLong(8))).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    @Tag("ESP-03")
    @DisplayName("Through a network that loses, repeats and reorders, each packet arrives once or not at all")
    void survivesABadNetwork(long seed) {
        Random random = new Random(seed);
        Rig rig = new Rig().connected();
        List<byte[]> inFlight = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            byte[] payload =
                    ByteBuffer.allocate(16 + random.nextInt(200)).putInt(i).array();
            byte[] esp = rig.sealed(
                    (random.nextBoolean() ? v4() : v6()).protocol(253, payload).build());
            for (int copies = random.nextInt(3); copies > 0; copies--) {
                inFlight.add(esp);
            }
        }
        for (int i = 0; i + 50 < inFlight.size(); i += 50) {
            Collections.shuffle(inFlight.subList(i, i + 50), random);
        }
        Set<Integer> arrived = new HashSet<>();
        for (byte[] esp : inFlight) {
            int number = ByteBuffer.wrap(esp).getInt(4);
            boolean first = !arrived.contains(number);
            assertThat(rig.receive(esp))
                    .as("seed %d, number %d", seed, number)
                    .isEqualTo(first ? Verdict.FORWARD : Verdict.DROPPED);
            arrived.add(number);
        }
        assertThat(rig.dropsB.total()).isEqualTo(rig.dropsB.get(Drop.REPLAYED));
    }

    @Test
    @Tag("ESP-06")
    @DisplayName("With any octet changed on the way nothing is delivered")
    void refusesTamperedPackets() {
        Rig rig = new Rig().connected();
        byte[] esp = rig.sealed(v4().build());
        for (int at = 0; at < esp.length; at++) {
            for (int bit : new int[] {0, 7}) {
                byte[] tampered = esp.clone();
                tampered[at] ^= (byte) (1 << bit);
                assertThat(rig.receive(tampered)).as("octet %d bit %d", at, bit).isEqualTo(Verdict.DROPPED);
            }
        }
        assertThat(rig.receive(esp)).isEqualTo(Verdict.FORWARD);
    }

    @Test
    @DisplayName("Cut short or lengthened, nothing is delivered and nothing breaks")
    void refusesPacketsOfEveryOtherLength() {
        Rig rig = new Rig().connected();
        byte[] esp = rig.sealed(v4().build());
        for (int length = 0; length < esp.length + 20; length++) {
            if (length != esp.length) {
                assertThat(rig.receive(Arrays.copyOf(esp, length)))
                        .as("length %d", length)
                        .isEqualTo(Verdict.DROPPED);
            }
        }
    }

    @Test
    @DisplayName("Random octets with the right SPI break nothing")
    void survivesGarbage() {
        Rig rig = new Rig().connected();
        Random random = new Random(11);
        for (int i = 0; i < 5000; i++) {
            byte[] garbage = new byte[random.nextInt(400)];
            random.nextBytes(garbage);
            if (garbage.length >= 4 && random.nextBoolean()) {
                ByteBuffer.wrap(garbage).putInt(SPI);
            }
            assertThat(rig.receive(garbage)).isEqualTo(Verdict.DROPPED);
        }
        assertThat(rig.dropsB.total()).isEqualTo(5000);
    }

    @Test
    @Tag("ESP-09")
    @DisplayName("Octets between the inner packet's end and the trailer are padding of the sender and go no further")
    void cutsTrafficFlowPadding() {
        Rig rig = new Rig().connected();
        byte[] inner = v4().build();
        ByteBuffer text = ByteBuffer.allocate((inner.length + 100 + 5) & -4);
        text.put(inner).put(text.capacity() - 1, (byte) 4);

        assertThat(rig.receive(rig.sealedText(text.array()))).isEqualTo(Verdict.FORWARD);
        assertThat(rig.bytes()).isEqualTo(inner);
    }

    @Test
    @Tag("ESP-08")
    void swallowsDummyPacketsSilently() {
        Rig rig = new Rig().connected();
        byte[] text = new byte[64];
        text[63] = 59;

        assertThat(rig.receive(rig.sealedText(text))).isEqualTo(Verdict.DUMMY);
        assertThat(rig.dropsB.total()).isZero();
    }

    @Test
    @DisplayName("Padding of 255 octets, and padding that is not 1, 2, 3, is accepted from an authentic peer")
    void acceptsLongAndOddPadding() {
        Rig rig = new Rig().connected();
        byte[] inner = v4().udpPayload(3).build();
        int pad = 255 - ((inner.length + 255 + 2) & 3);
        byte[] text = Arrays.copyOf(inner, inner.length + pad + 2);
        Arrays.fill(text, inner.length, inner.length + pad, (byte) 0xee);
        text[text.length - 2] = (byte) pad;
        text[text.length - 1] = 4;

        assertThat(rig.receive(rig.sealedText(text))).isEqualTo(Verdict.FORWARD);
        assertThat(rig.bytes()).isEqualTo(inner);
    }

    @Test
    @Tag("ESP-20")
    void carriesNestedTunnelsAsOrdinaryTraffic() {
        Rig rig = new Rig().connected();
        byte[] nestedEsp = v4().protocol(50, rig.sealed(v4().build())).build();
        byte[] ipInIp = v4().protocol(4, v4().udpPayload(10).build()).build();
        for (byte[] inner : List.of(nestedEsp, ipInIp)) {
            assertThat(rig.receive(rig.sealed(inner))).isEqualTo(Verdict.FORWARD);
            assertThat(rig.bytes()).isEqualTo(inner);
        }
    }

    @Test
    @Tag("ESP-15")
    @DisplayName("The outer header shows DSCP by setting and ECN always; the path is the SA's")
    void choosesTheOuterHeader() {
        Rig copying = new Rig().connected();
        copying.send(v4().trafficClass(0xb9).build());
        assertThat(copying.sealed.trafficClass(0)).isEqualTo(0xb9);
        assertThat(copying.sealed.path(0)).isSameAs(PATH);

        Rig hiding = new Rig(false, 4, 8).connected();
        hiding.send(v6().trafficClass(0xba).build());
        assertThat(hiding.sealed.trafficClass(0)).isEqualTo(0x02);
    }

    @Test
    @DisplayName("Octets behind the packet's own end, as a careless writer may leave them, are not sealed")
    void sealsThePacketAlone() {
        Rig rig = new Rig().connected();
        byte[] inner = IpPackets.from("10.42.1.5", "10.42.2.9").udpPayload(20).build();
        byte[] esp = rig.sealed(Arrays.copyOf(inner, inner.length + 7));

        assertThat(esp).hasSize(EspTransform.AES_128_GCM_16.packetLength(inner.length));
        assertThat(rig.receive(esp)).isEqualTo(Verdict.FORWARD);
        assertThat(rig.bytes()).isEqualTo(inner);
    }
}
