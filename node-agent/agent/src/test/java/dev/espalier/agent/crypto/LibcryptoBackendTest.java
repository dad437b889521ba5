package dev.espalier.agent.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.crypto.JdkCipherBackend;
import dev.espalier.esp.crypto.PacketCipher;
import dev.espalier.linux.libcrypto.LibcryptoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** libcrypto against the JDK's ciphers, which are held to published vectors. Skips itself where the system has no OpenSSL 3. */
class LibcryptoBackendTest {
    private static final int AT = 32;

    private final Random random = new Random(4);

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "Seals as the JDK does, octet for octet, and opens what the JDK sealed, with extended numbers and without")
    void agreesWithTheJdk(EspTransform transform) {
        LibcryptoBackend libcrypto = libcrypto();
        for (boolean extended : new boolean[] {false, true}) {
            byte[] keymat = octets(transform.keymatLength());
            try (PacketCipher ours = libcrypto.cipher(transform, keymat, extended);
                    PacketCipher theirs = new JdkCipherBackend().cipher(transform, keymat, extended)) {
                for (int length : new int[] {2, 4, 16, 58, 64, 1024, 1402, 8900}) {
                    long sequence = random.nextLong(1, 1L << 40);
                    MemorySegment packet = packet(length, sequence);
                    byte[] plain = bytes(packet);
                    MemorySegment reference = packet(plain);

                    ours.seal(packet, AT, length, sequence);
                    theirs.seal(reference, AT, length, sequence);

                    assertThat(bytes(packet)).isEqualTo(bytes(reference)).isNotEqualTo(plain);
                    assertThat(ours.open(reference, AT, length, sequence)).isTrue();
                    assertThat(reference
                                    .asSlice(AT + 16, length)
                                    .mismatch(MemorySegment.ofArray(plain).asSlice(AT + 16, length)))
                            .isEqualTo(-1);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("ESP-06")
    @DisplayName("A forged packet is refused and left as it was; the key goes on working")
    void refusesForgeries(EspTransform transform) {
        try (PacketCipher cipher = libcrypto().cipher(transform, octets(transform.keymatLength()), true)) {
            MemorySegment packet = packet(300, 7);
            cipher.seal(packet, AT, 300, 7);
            byte[] sealed = bytes(packet);
            for (int bit = 0; bit < 60; bit++) {
                int at = AT + random.nextInt(16 + 300 + 16);
                MemorySegment forged = packet(sealed);
                forged.set(ValueLayout.JAVA_BYTE, at, (byte) (forged.get(ValueLayout.JAVA_BYTE, at) ^ 1 << bit % 8));
                // Octets 4 to 7, the number's lower half, stand in the nonce as well; the caller gives what it
                // inferred.
                byte[] before = bytes(forged);
                if (at < AT + 4 || at >= AT + 8) {
                    assertThat(cipher.open(forged, AT, 300, 7))
                            .as("octet %d", at)
                            .isFalse();
                    assertThat(bytes(forged)).isEqualTo(before);
                }
            }
            assertThat(cipher.open(packet(sealed), AT, 300, 7 | 1L << 33))
                    .as("another upper half")
                    .isFalse();
            assertThat(cipher.open(packet, AT, 300, 7)).isTrue();
        }
    }

    @Test
    @DisplayName("A library that is not there is named, with the loader's own words")
    void namesWhatIsMissing() {
        assertThatThrownBy(() -> LibcryptoBackend.load(Path.of("/nowhere/libcrypto.so.3")))
                .isInstanceOf(LibcryptoException.class)
                .hasMessageContaining("/nowhere/libcrypto.so.3 does not load: ");
    }

    @Test
    @DisplayName("A library that is no libcrypto is refused")
    void refusesOtherLibraries() {
        assertThatThrownBy(() -> LibcryptoBackend.load(Path.of("libc.so.6")))
                .isInstanceOf(LibcryptoException.class)
                .hasMessageContaining("OpenSSL 3.0 or later is needed");
    }

    @Test
    @DisplayName("Key material of another length is refused")
    void refusesWrongKeyLengths() {
        assertThatThrownBy(() -> libcrypto().cipher(EspTransform.AES_128_GCM_16, new byte[16], false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static LibcryptoBackend libcrypto() {
        LibcryptoBackend backend = null;
        try {
            backend = LibcryptoBackend.load(null);
        } catch (LibcryptoException e) {
            assumeThat(e).as("OpenSSL 3 on this machine").isNull();
        }
        return Objects.requireNonNull(backend);
    }

    private MemorySegment packet(int textLength, long sequence) {
        byte[] octets = octets(AT + 16 + textLength + 16);
        MemorySegment packet = packet(octets);
        packet.set(ValueLayout.JAVA_INT_UNALIGNED, AT + 4, Integer.reverseBytes((int) sequence));
        return packet;
    }

    private static MemorySegment packet(byte[] octets) {
        MemorySegment packet = Arena.ofAuto().allocate(octets.length, 8);
        MemorySegment.copy(octets, 0, packet, ValueLayout.JAVA_BYTE, 0, octets.length);
        return packet;
    }

    private static byte[] bytes(MemorySegment packet) {
        return packet.toArray(ValueLayout.JAVA_BYTE);
    }

    private byte[] octets(int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }
}
