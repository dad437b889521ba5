package dev.espalier.esp.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class DatagramTest {
    @Test
    @Tag("UDP-01")
    void tellsEspFromMarkedIke() {
        assertThat(onSharedPort(0, 0, 0, 0, 1, 2, 3, 4)).isEqualTo(Datagram.IKE);
        assertThat(onSharedPort(0, 0, 0, 1, 1, 2, 3, 4)).isEqualTo(Datagram.ESP);
        assertThat(onSharedPort(0xff, 0, 0, 0, 1, 2, 3, 4)).isEqualTo(Datagram.ESP);
    }

    @Test
    @Tag("UDP-02")
    void knowsKeepalives() {
        assertThat(onSharedPort(0xff)).isEqualTo(Datagram.KEEPALIVE);
        assertThat(onSharedPort(0xfe)).isEqualTo(Datagram.RUNT);
        assertThat(onSharedPort(0xff, 0xff)).isEqualTo(Datagram.RUNT);
        assertThat(onIkePort(0xff)).isEqualTo(Datagram.RUNT);
    }

    @Test
    @Tag("UDP-04")
    void refusesZeroToSevenOctets() {
        for (int length = 0; length < 8; length++) {
            assertThat(onSharedPort(new int[length])).isEqualTo(Datagram.RUNT);
            assertThat(onIkePort(new int[length])).isEqualTo(Datagram.RUNT);
        }
    }

    @Test
    void takesEverythingElseOnTheIkePortForIke() {
        assertThat(onIkePort(9, 9, 9, 9, 9, 9, 9, 9)).isEqualTo(Datagram.IKE);
        assertThat(onIkePort(0, 0, 0, 0, 9, 9, 9, 9)).isEqualTo(Datagram.IKE);
    }

    private static Datagram onSharedPort(int... octets) {
        return classify(true, octets);
    }

    private static Datagram onIkePort(int... octets) {
        return classify(false, octets);
    }

    private static Datagram classify(boolean marked, int... octets) {
        byte[] bytes = new byte[3 + octets.length];
        for (int i = 0; i < octets.length; i++) {
            bytes[3 + i] = (byte) octets[i];
        }
        return Datagram.classify(MemorySegment.ofArray(bytes), 3, octets.length, marked);
    }
}
