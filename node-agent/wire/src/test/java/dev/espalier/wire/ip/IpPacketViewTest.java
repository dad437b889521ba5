package dev.espalier.wire.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.wire.ip.IpPacketView.Form;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IpPacketViewTest {
    private static final String V4_UDP =
            "45b8002400014000401100000a2a01050a2a0209" + "0fa01388001000000102030405060708";
    private static final String UDP = "0fa01388001000000102030405060708";

    private final IpPacketView view = new IpPacketView();

    @Test
    void readsAnIpv4Packet() {
        assertThat(wrap(V4_UDP)).isEqualTo(Form.SOUND);
        assertThat(view.v6()).isFalse();
        assertThat(view.totalLength()).isEqualTo(36);
        assertThat(view.upperOffset()).isEqualTo(20);
        assertThat(view.protocol()).isEqualTo(IpPacketView.UDP);
        assertThat(view.trafficClass()).isEqualTo(0xb8);
        assertThat(view.hopLimit()).isEqualTo(64);
        assertThat(view.dontFragment()).isTrue();
        assertThat(view.isFragment()).isFalse();
        assertThat(view.source()).isEqualTo(IpAddress.parse("10.42.1.5"));
        assertThat(view.destination()).isEqualTo(IpAddress.parse("10.42.2.9"));
        assertThat(view.hasPorts()).isTrue();
        assertThat(view.sourcePort()).isEqualTo(4000);
        assertThat(view.destinationPort()).isEqualTo(5000);
    }

    @Test
    void readsAnIpv6Packet() {
        assertThat(wrap(v6(17, UDP))).isEqualTo(Form.SOUND);
        assertThat(view.v6()).isTrue();
        assertThat(view.totalLength()).isEqualTo(56);
        assertThat(view.trafficClass()).isEqualTo(0xb8);
        assertThat(view.hopLimit()).isEqualTo(64);
        assertThat(view.dontFragment()).isTrue();
        assertThat(view.source()).isEqualTo(IpAddress.parse("fd42:0:0:1::5"));
        assertThat(view.destination()).isEqualTo(IpAddress.parse("fd42:0:0:2::9"));
        assertThat(view.sourcePort()).isEqualTo(4000);
    }

    @Test
    @DisplayName("Walks hop-by-hop, destination options, routing and AH to the upper layer")
    void walksExtensionHeaders() {
        String hopByHop = "3c00050200000100";
        String options = "2b01010c000000000000000000000000";
        String routing = "3300000000000000";
        String authentication = "1104000000000001000000010000000000000000000000000";
        assertThat(wrap(v6(0, hopByHop + options + routing + authentication.substring(0, 48) + UDP)))
                .isEqualTo(Form.SOUND);
        assertThat(view.protocol()).isEqualTo(IpPacketView.UDP);
        assertThat(view.upperOffset()).isEqualTo(40 + 8 + 16 + 8 + 24);
        assertThat(view.destinationPort()).isEqualTo(5000);
    }

    @Test
    void readsFragmentsOfBothFamilies() {
        assertThat(wrap("45000024000120084011" + V4_UDP.substring(20))).isEqualTo(Form.SOUND);
        assertThat(view.fragmentOffset()).isEqualTo(64);
        assertThat(view.isFragment()).isTrue();
        assertThat(view.dontFragment()).isFalse();
        assertThat(view.hasPorts()).as("only the first shows ports").isFalse();

        assertThat(wrap(v6(44, "1100000100000007" + UDP))).isEqualTo(Form.SOUND);
        assertThat(view.fragmentOffset()).isZero();
        assertThat(view.isFragment()).isTrue();
        assertThat(view.hasPorts()).isTrue();

        assertThat(wrap(v6(44, "1100004100000007" + UDP))).isEqualTo(Form.SOUND);
        assertThat(view.fragmentOffset()).isEqualTo(64);
        assertThat(view.protocol()).isEqualTo(IpPacketView.UDP);
        assertThat(view.hasPorts()).isFalse();
    }

    @Test
    @DisplayName("A later fragment's data is not taken for the extension header that its next header names")
    void doesNotReadHeadersInTheMiddleOfAPacket() {
        assertThat(wrap(v6(44, "3c00004100000007" + "ffffffffffffffff"))).isEqualTo(Form.SOUND);
        assertThat(view.protocol()).isEqualTo(60);
        assertThat(view.upperOffset()).isEqualTo(48);
    }

    @ParameterizedTest
    @CsvSource({
        "'',TRUNCATED",
        "45,TRUNCATED",
        "05000024,UNKNOWN_VERSION",
        "f5000024,UNKNOWN_VERSION",
        "4400002400014000401100000a2a01050a2a0209,BAD_LENGTH",
        "4500001300014000401100000a2a01050a2a0209,BAD_LENGTH",
        "4600001400014000401100000a2a01050a2a0209,BAD_LENGTH",
        "4500001500014000401100000a2a01050a2a0209,TRUNCATED",
        "4f00003c00014000401100000a2a01050a2a0209,TRUNCATED",
        "60000000,TRUNCATED"
    })
    void refusesUnsoundHeaders(String hex, Form form) {
        assertThat(wrap(hex)).isEqualTo(form);
    }

    @Test
    void refusesUnsoundIpv6() {
        String sound = v6(17, UDP);
        assertThat(wrap(sound.substring(0, sound.length() - 2))).isEqualTo(Form.TRUNCATED);
        assertThat(wrap(v6(0, "1101000000000000"))).as("longer than the packet").isEqualTo(Form.BAD_EXTENSION_HEADERS);
        assertThat(wrap(v6(0, ""))).as("announced, not there").isEqualTo(Form.BAD_EXTENSION_HEADERS);
        assertThat(wrap(v6(0, "00"))).isEqualTo(Form.BAD_EXTENSION_HEADERS);
        assertThat(wrap(v6(60, "3c00000000000000".repeat(9) + UDP)))
                .as("too many")
                .isEqualTo(Form.BAD_EXTENSION_HEADERS);
        assertThat(wrap(v6(60, "3c00000000000000".repeat(7) + "1100000000000000" + UDP)))
                .isEqualTo(Form.SOUND);
    }

    @Test
    void ignoresWhatIsBehindThePacket() {
        assertThat(wrap(V4_UDP + "ffffffff")).isEqualTo(Form.SOUND);
        assertThat(view.totalLength()).isEqualTo(36);
    }

    @Test
    @DisplayName("A quoted packet may lack its end, not its header")
    void readsQuotedPackets() {
        String quoted = V4_UDP.substring(0, 56);
        byte[] octets = HexFormat.of().parseHex(quoted);
        assertThat(wrap(quoted)).isEqualTo(Form.TRUNCATED);
        assertThat(view.wrapQuoted(MemorySegment.ofArray(octets), 0, octets.length))
                .isEqualTo(Form.SOUND);
        assertThat(view.totalLength()).isEqualTo(28);
        assertThat(view.sourcePort()).isEqualTo(4000);
        assertThat(view.wrapQuoted(MemorySegment.ofArray(octets), 0, 19)).isEqualTo(Form.TRUNCATED);

        byte[] v6 = HexFormat.of().parseHex(v6(17, UDP));
        assertThat(view.wrapQuoted(MemorySegment.ofArray(v6), 0, 42)).isEqualTo(Form.SOUND);
        assertThat(view.hasPorts()).as("cut off").isFalse();
    }

    @Test
    void readsIcmpTypeAndCodeAsOneNumber() {
        assertThat(wrap("4500001c00014000400100000a2a01050a2a0209" + "0304000000000000"))
                .isEqualTo(Form.SOUND);
        assertThat(view.hasPorts()).isTrue();
        assertThat(view.sourcePort()).isEqualTo(0x0304);
        assertThat(view.destinationPort()).isEqualTo(0x0304);
    }

    @ParameterizedTest
    @CsvSource({
        "0a2a0105,0a2a0209,false",
        "a9fe0105,0a2a0209,true",
        "0a2a0105,a9fe0209,true",
        "0a2a0105,e0000016,true",
        "0a2a0105,efffffff,true",
        "0a2a0105,f0000001,false",
        "a9ff0105,a9fd0209,false"
    })
    void knowsWhatIsOfTheLinkAlone(String source, String destination, boolean linkScoped) {
        assertThat(wrap("450000140000000040010000" + source + destination)).isEqualTo(Form.SOUND);
        assertThat(view.isLinkScoped()).isEqualTo(linkScoped);
    }

    @ParameterizedTest
    @CsvSource({
        "fd42,fd42,false",
        "fe80,fd42,true",
        "febf,fd42,true",
        "fec0,fd42,false",
        "fd42,fe80,true",
        "fd42,ff02,true"
    })
    void knowsWhatIsOfTheLinkAloneInIpv6(String source, String destination, boolean linkScoped) {
        assertThat(wrap("6000000000003b40" + source + "0".repeat(28) + destination + "0".repeat(28)))
                .isEqualTo(Form.SOUND);
        assertThat(view.isLinkScoped()).isEqualTo(linkScoped);
    }

    @Test
    void setsTheTrafficClassAndKeepsTheChecksumRight() {
        for (int value = 0; value < 256; value++) {
            byte[] packet = HexFormat.of().parseHex(V4_UDP);
            MemorySegment memory = MemorySegment.ofArray(packet);
            ByteBuffer.wrap(packet).putShort(10, (short) Checksums.of(memory, 0, 20));
            view.wrap(memory, 0, packet.length);
            view.setTrafficClass(value);
            assertThat(view.trafficClass()).isEqualTo(value);
            assertThat(Checksums.of(memory, 0, 20)).isZero();
        }
        assertThat(wrap(v6(17, UDP))).isEqualTo(Form.SOUND);
        view.setTrafficClass(0x2e);
        assertThat(view.trafficClass()).isEqualTo(0x2e);
        assertThat(view.v6()).isTrue();
    }

    @Test
    @DisplayName("Random octets never read beyond what is there")
    void survivesGarbage() {
        Random random = new Random(5);
        for (int i = 0; i < 100_000; i++) {
            byte[] garbage = new byte[random.nextInt(120)];
            random.nextBytes(garbage);
            if (garbage.length > 6 && random.nextInt(4) != 0) {
                garbage[0] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
                garbage[2] = 0;
                garbage[4] = 0;
                garbage[6] = (byte) new int[] {0, 43, 44, 51, 60, 17}[random.nextInt(6)];
            }
            if (view.wrap(MemorySegment.ofArray(garbage), 0, garbage.length) == Form.SOUND) {
                assertThat(view.totalLength()).isBetween(20, garbage.length);
                assertThat(view.upperOffset()).isBetween(20, view.totalLength());
                if (view.hasPorts()) {
                    assertThat(view.destinationPort()).isBetween(0, 0xffff);
                }
            }
        }
    }

    private Form wrap(String hex) {
        byte[] octets = HexFormat.of().parseHex(hex);
        return view.wrap(MemorySegment.ofArray(octets), 0, octets.length);
    }

    private static String v6(int nextHeader, String payload) {
        return String.format("6b812345%04x%02x40", payload.length() / 2, nextHeader)
                + "fd420000000000010000000000000005"
                + "fd420000000000020000000000000009"
                + payload;
    }
}
