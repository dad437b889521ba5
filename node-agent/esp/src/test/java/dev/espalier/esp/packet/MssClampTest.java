package dev.espalier.esp.packet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.esp.IpPackets;
import dev.espalier.wire.ip.IpPacketView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("ESP-17")
class MssClampTest {
    private final PacketBuffer packet = new PacketBuffer(Arena.ofAuto().allocate(4096, 64));
    private final IpPacketView view = new IpPacketView();

    @ParameterizedTest
    @CsvSource(textBlock = """
            false, 020405b4,                         1358
            true,  020405b4,                         1338
            false, 01020405b4010101,                 1358
            true,  0402080a0000000000000000020405b4, 1338
            false, 030307010101020405b40000,         1358
            """)
    @DisplayName("A SYN announces no more than fits the path, wherever the option stands, and its checksum is right")
    void lowersWhatIsTooLarge(boolean v6, String options, int expected) {
        byte[] syn = segment(v6, 0x02, options);
        load(syn);

        MssClamp.apply(packet, view, 1398);

        byte[] now = stored(syn.length);
        int ip = v6 ? 40 : 20;
        int value = options.indexOf("020405b4") / 2 + 2;
        assertThat(NaiveSegments.get16(now, ip + 20 + value)).isEqualTo(expected);
        byte[] right = now.clone();
        NaiveSegments.complete(right);
        assertThat(now).isEqualTo(right);
        byte[] elsewhere = now.clone();
        System.arraycopy(syn, ip + 20 + value, elsewhere, ip + 20 + value, 2);
        System.arraycopy(syn, ip + 16, elsewhere, ip + 16, 2);
        assertThat(elsewhere).as("nothing else has changed").isEqualTo(syn);
    }

    @Test
    @DisplayName("Where the kernel left the checksum to us it stays the pseudo-header's sum")
    void leavesAPartialChecksum() {
        byte[] syn = segment(false, 0x12, "020405b4");
        NaiveSegments.put16(syn, 36, NaiveSegments.pseudoHeader(syn));
        load(syn);
        packet.setOffload(0, 20, 16);

        MssClamp.apply(packet, view, 1398);

        assertThat(NaiveSegments.get16(stored(syn.length), 36)).isEqualTo(NaiveSegments.pseudoHeader(syn));
        assertThat(NaiveSegments.get16(stored(syn.length), 42)).isEqualTo(1358);
    }

    @Test
    @DisplayName("A wrong checksum stays wrong")
    void doesNotMendWhatWasWrong() {
        byte[] syn = segment(false, 0x02, "020405b4");
        syn[36] ^= 0x40;
        load(syn);

        MssClamp.apply(packet, view, 1398);

        byte[] right = stored(syn.length);
        NaiveSegments.complete(right);
        assertThat(stored(syn.length)).isNotEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            02, 02040200, what is small enough
            10, 020405b4, no SYN
            02, 01010101, no such option
            02, 000405b4, behind the end of the options
            02, 020305b4, another length
            02, 02ff05b4, a length that runs past the header
            02, 020005b4, a length of nothing
            02, 0101010102040000, a value of nothing
            """)
    @DisplayName("Everything else is left alone")
    void leavesTheRest(String flags, String options, String why) {
        byte[] segment = segment(false, HexFormat.fromHexDigits(flags), options);
        load(segment);

        MssClamp.apply(packet, view, 1398);

        assertThat(stored(segment.length)).as(why).isEqualTo(segment);
    }

    private static byte[] segment(boolean v6, int flags, String options) {
        byte[] extra = HexFormat.of().parseHex(options);
        byte[] tcp = new byte[20 + extra.length];
        tcp[12] = (byte) (tcp.length / 4 << 4);
        tcp[13] = (byte) flags;
        System.arraycopy(extra, 0, tcp, 20, extra.length);
        byte[] packet = IpPackets.from(v6 ? "fd42:0:0:1::5" : "10.42.1.5", v6 ? "fd42:0:0:2::9" : "10.42.2.9")
                .protocol(IpPacketView.TCP, tcp)
                .build();
        NaiveSegments.complete(packet);
        return packet;
    }

    private void load(byte[] octets) {
        packet.clear();
        MemorySegment.copy(octets, 0, packet.memory(), ValueLayout.JAVA_BYTE, packet.offset(), octets.length);
        packet.set(packet.offset(), octets.length);
        assertThat(view.wrap(packet.memory(), packet.offset(), octets.length)).isEqualTo(IpPacketView.Form.SOUND);
    }

    private byte[] stored(int length) {
        return packet.memory().asSlice(packet.offset(), length).toArray(ValueLayout.JAVA_BYTE);
    }
}
