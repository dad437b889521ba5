package dev.espalier.esp.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class JdkCipherBackendTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final int TEXT = 76;
    private static final long SEQUENCE = 0x1_0000_0007L;

    private final CipherBackend backend = new JdkCipherBackend();

    @Test
    @Tag("ALG-05")
    @DisplayName("An AES-GCM packet is laid out as RFC 4106 says: nonce = salt|IV, AAD = SPI|SN, ICV behind the text")
    void sealsAsRfc4106LaysItOut() throws Exception {
        byte[] keymat = keymat(EspTransform.AES_128_GCM_16);
        MemorySegment packet = packet(EspTransform.AES_128_GCM_16, 7);
        byte[] text = text(packet);
        backend.cipher(EspTransform.AES_128_GCM_16, keymat, false).seal(packet, 0, TEXT, 7);

        Cipher reference = Cipher.getInstance("AES/GCM/NoPadding");
        byte[] nonce = ByteBuffer.allocate(12).put(keymat, 16, 4).putLong(7).array();
        reference.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(keymat, 0, 16, "AES"), new GCMParameterSpec(128, nonce));
        reference.updateAAD(HEX.parseHex("0102030400000007"));
        assertThat(octets(packet))
                .isEqualTo(concat(
                        HEX.parseHex("0102030400000007"), HEX.parseHex("0000000000000007"), reference.doFinal(text)));
    }

    @Test
    @Tag("ESP-04")
    @DisplayName("With ESN all 64 bits are authenticated though only 32 are sent (RFC 4106 section 5)")
    void authenticatesUpperHalfWithEsn() {
        byte[] keymat = keymat(EspTransform.AES_256_GCM_16);
        MemorySegment packet = packet(EspTransform.AES_256_GCM_16, (int) SEQUENCE);
        backend.cipher(EspTransform.AES_256_GCM_16, keymat, true).seal(packet, 0, TEXT, SEQUENCE);

        PacketCipher opener = backend.cipher(EspTransform.AES_256_GCM_16, keymat, true);
        assertThat(opener.open(packet, 0, TEXT, SEQUENCE + (1L << 32))).isFalse();
        assertThat(opener.open(packet, 0, TEXT, SEQUENCE)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(EspTransform.class)
    @Tag("ALG-03")
    @Tag("ALG-06")
    void opensWhatItSealed(EspTransform transform) {
        for (boolean esn : new boolean[] {false, true}) {
            byte[] keymat = keymat(transform);
            MemorySegment packet = packet(transform, 9);
            byte[] text = text(packet);
            backend.cipher(transform, keymat, esn).seal(packet, 0, TEXT, 9);
            assertThat(text(packet)).isNotEqualTo(text);

            assertThat(backend.cipher(transform, keymat, esn).open(packet, 0, TEXT, 9))
                    .isTrue();
            assertThat(text(packet)).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @EnumSource(EspTransform.class)
    @Tag("ESP-06")
    @DisplayName("A packet with any bit changed is refused and stays as it is")
    void refusesEveryChangedOctet(EspTransform transform) {
        byte[] keymat = keymat(transform);
        MemorySegment packet = packet(transform, 9);
        backend.cipher(transform, keymat, false).seal(packet, 0, TEXT, 9);
        PacketCipher opener = backend.cipher(transform, keymat, false);
        for (int at = 0; at < packet.byteSize(); at++) {
            // The sequence number on the wire takes part through the number that the window infers from it.
            long sequence = at >= 4 && at < 8 ? 8 : 9;
            byte was = packet.get(ValueLayout.JAVA_BYTE, at);
            packet.set(ValueLayout.JAVA_BYTE, at, (byte) (was ^ 1 << (at & 7)));
            byte[] tampered = octets(packet);

            assertThat(opener.open(packet, 0, TEXT, sequence))
                    .as("octet %d changed", at)
                    .isFalse();
            assertThat(octets(packet)).isEqualTo(tampered);
            packet.set(ValueLayout.JAVA_BYTE, at, was);
        }
        assertThat(opener.open(packet, 0, TEXT, 9)).isTrue();
    }

    @Test
    @Tag("ALG-05")
    @DisplayName("The provider itself refuses an IV that was used, should the counter ever be wrong")
    void refusesToSealTwiceUnderOneNumber() {
        for (EspTransform transform : EspTransform.values()) {
            PacketCipher cipher = backend.cipher(transform, keymat(transform), false);
            cipher.seal(packet(transform, 5), 0, TEXT, 5);
            assertThatThrownBy(() -> cipher.seal(packet(transform, 5), 0, TEXT, 5))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void growsItsScratchForSuperPackets() {
        int textLength = 60_000;
        MemorySegment packet = Arena.ofAuto().allocate(16 + textLength + 16);
        packet.fill((byte) 0x5a);
        byte[] keymat = keymat(EspTransform.AES_128_GCM_16);
        backend.cipher(EspTransform.AES_128_GCM_16, keymat, false).seal(packet, 0, textLength, 1);

        assertThat(backend.cipher(EspTransform.AES_128_GCM_16, keymat, false).open(packet, 0, textLength, 1))
                .isTrue();
        assertThat(packet.get(ValueLayout.JAVA_BYTE, 16 + textLength - 1)).isEqualTo((byte) 0x5a);
    }

    @Test
    void refusesKeymatOfAnotherLength() {
        assertThatThrownBy(() -> backend.cipher(EspTransform.AES_128_GCM_16, new byte[36], false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("20 octets");
    }

    @Test
    void copiesTheKeySoThatTheCallerCanWipeIt() {
        byte[] keymat = keymat(EspTransform.AES_128_GCM_16);
        PacketCipher cipher = backend.cipher(EspTransform.AES_128_GCM_16, keymat, false);
        MemorySegment packet = packet(EspTransform.AES_128_GCM_16, 1);
        byte[] wiped = keymat.clone();
        Arrays.fill(wiped, (byte) 0);
        System.arraycopy(wiped, 0, keymat, 0, wiped.length);
        cipher.seal(packet, 0, TEXT, 1);

        assertThat(backend.cipher(EspTransform.AES_128_GCM_16, keymat(EspTransform.AES_128_GCM_16), false)
                        .open(packet, 0, TEXT, 1))
                .isTrue();
    }

    @Test
    void wipesItsKeyOnClose() {
        AeadKey key = new AeadKey("AES", new byte[] {1, 2, 3});
        assertThat(key.toString()).isEqualTo("AES key (redacted)");
        key.destroy();

        assertThat(key.isDestroyed()).isTrue();
        assertThatThrownBy(key::getEncoded).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @CsvSource({"20,128,AES_128_GCM_16", "20,256,AES_256_GCM_16", "28,0,CHACHA20_POLY1305", "28,256,CHACHA20_POLY1305"})
    void knowsWhatIkeNegotiated(int id, int keyBits, EspTransform transform) {
        assertThat(EspTransform.negotiated(id, keyBits)).contains(transform);
    }

    @ParameterizedTest
    @CsvSource({"20,192", "12,128", "11,0", "20,0"})
    @Tag("ALG-02")
    void hasNoOtherTransform(int id, int keyBits) {
        assertThat(EspTransform.negotiated(id, keyBits)).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("Inner MTU: what java arithmetic says is what fits, to the octet")
    @CsvSource({
        "1500,false,true,1438",
        "1500,true,true,1418",
        "1500,false,false,1446",
        "1280,true,true,1198",
        "9000,false,true,8938"
    })
    void innerMtuFillsTheOuterPacket(int outerMtu, boolean v6, boolean udp, int inner) {
        EspTransform transform = EspTransform.AES_128_GCM_16;
        int outerHeaders = (v6 ? 40 : 20) + (udp ? 8 : 0);
        assertThat(transform.innerMtu(outerMtu, v6, udp)).isEqualTo(inner);
        assertThat(transform.packetLength(inner) + outerHeaders).isLessThanOrEqualTo(outerMtu);
        assertThat(transform.packetLength(inner + 1) + outerHeaders).isGreaterThan(outerMtu);
    }

    private static byte[] keymat(EspTransform transform) {
        byte[] keymat = new byte[transform.keymatLength()];
        new Random(42).nextBytes(keymat);
        return keymat;
    }

    private static MemorySegment packet(EspTransform transform, int wireSequence) {
        MemorySegment packet = Arena.ofAuto().allocate(transform.headerLength() + TEXT + transform.icvLength());
        MemorySegment.copy(
                ByteBuffer.allocate(8).putInt(0x01020304).putInt(wireSequence).array(),
                0,
                packet,
                ValueLayout.JAVA_BYTE,
                0,
                8);
        for (int i = 0; i < TEXT; i++) {
            packet.set(ValueLayout.JAVA_BYTE, transform.headerLength() + i, (byte) i);
        }
        return packet;
    }

    private static byte[] text(MemorySegment packet) {
        return packet.asSlice(16, TEXT).toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] octets(MemorySegment packet) {
        return packet.toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuffer all =
                ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }
}
