package dev.espalier.esp.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Published packets at our own entry point. The folder is named by the system property {@code espalier.vectors}; where it is absent these
 * tests are skipped. NIST's GCM files have no case with the 8 or 12 octets of associated data that ESP uses.
 */
class PublishedVectorsTest {
    private static final HexFormat HEX = HexFormat.of();

    @Test
    @Tag("ALG-05")
    @Tag("ESP-04")
    @DisplayName("draft-mcgrew-gcm-test: AES-GCM packets with 32-bit and extended sequence numbers")
    void opensTheAesGcmPackets() throws IOException {
        int opened = 0;
        for (JsonNode test : json("esp-rfc/aes-gcm-esp.json").get("cases")) {
            String cipher = test.get("cipher").asText();
            if (cipher.contains("192")) {
                // Not a transform of ours: RFC 8221 leaves 192-bit keys at MAY.
                continue;
            }
            EspTransform transform = cipher.contains("128") ? EspTransform.AES_128_GCM_16 : EspTransform.AES_256_GCM_16;
            boolean esn = test.get("esn").asBoolean();
            long low = Long.parseLong(test.get("seqLo").asText(), 16);
            long high = esn ? Long.parseLong(test.get("seqHi").asText(), 16) : 0;
            String sealed = test.get("spi").asText()
                    + test.get("seqLo").asText()
                    + test.get("iv").asText()
                    + test.get("ciphertext").asText()
                    + test.get("icv").asText();

            assertOpens(
                    transform,
                    test.get("key").asText() + test.get("salt").asText(),
                    esn,
                    sealed,
                    high << 32 | low,
                    test.get("plaintextWithPadAndTrailer").asText());
            opened++;
        }
        assertThat(opened).isEqualTo(13);
    }

    @Test
    @Tag("ALG-06")
    @DisplayName("RFC 7634 Appendix A")
    void opensTheChaChaPacket() throws IOException {
        JsonNode test =
                json("esp-rfc/chacha20poly1305-esp-ike.json").get("cases").get(0);
        assertOpens(
                EspTransform.CHACHA20_POLY1305,
                test.get("key").asText() + test.get("salt").asText(),
                false,
                test.get("espPacket").asText(),
                test.get("seq").asLong(),
                test.get("plaintextWithPadAndTrailer").asText());
    }

    @Test
    @Tag("ALG-05")
    @DisplayName("Wycheproof AES-GCM, those with associated data as long as ESP's")
    void opensWycheproofAesGcm() throws IOException {
        assertThat(openWycheproof("wycheproof/aes_gcm_test.json.gz", true)).isGreaterThan(2);
    }

    @Test
    @Tag("ALG-06")
    @DisplayName("Wycheproof ChaCha20-Poly1305, those with associated data as long as ESP's")
    void opensWycheproofChaCha() throws IOException {
        assertThat(openWycheproof("wycheproof/chacha20_poly1305_test.json.gz", false))
                .isGreaterThan(40);
    }

    private static int openWycheproof(String file, boolean aes) throws IOException {
        int opened = 0;
        for (JsonNode group : json(file).get("testGroups")) {
            int keyBits = group.get("keySize").asInt();
            if (group.get("ivSize").asInt() != 96 || group.get("tagSize").asInt() != 128 || keyBits == 192) {
                continue;
            }
            EspTransform transform = !aes
                    ? EspTransform.CHACHA20_POLY1305
                    : keyBits == 128 ? EspTransform.AES_128_GCM_16 : EspTransform.AES_256_GCM_16;
            for (JsonNode test : group.get("tests")) {
                String aad = test.get("aad").asText();
                if (aad.length() != 16 && aad.length() != 24) {
                    continue;
                }
                boolean esn = aad.length() == 24;
                long sequence = Long.parseUnsignedLong(aad.substring(8), 16);
                String iv = test.get("iv").asText();
                String wireSequence = aad.substring(aad.length() - 8);
                assertOpens(
                        transform,
                        test.get("key").asText() + iv.substring(0, 8),
                        esn,
                        aad.substring(0, 8)
                                + wireSequence
                                + iv.substring(8)
                                + test.get("ct").asText()
                                + test.get("tag").asText(),
                        sequence,
                        test.get("msg").asText());
                opened++;
            }
        }
        return opened;
    }

    private static void assertOpens(
            EspTransform transform, String keymat, boolean esn, String sealed, long sequence, String text) {
        byte[] octets = HEX.parseHex(sealed);
        MemorySegment packet = Arena.ofAuto().allocate(octets.length);
        MemorySegment.copy(octets, 0, packet, ValueLayout.JAVA_BYTE, 0, octets.length);
        int textLength = octets.length - transform.headerLength() - transform.icvLength();

        try (PacketCipher cipher = new JdkCipherBackend().cipher(transform, HEX.parseHex(keymat), esn)) {
            assertThat(cipher.open(packet, 0, textLength, sequence)).as(sealed).isTrue();
        }
        assertThat(packet.asSlice(transform.headerLength(), textLength).toArray(ValueLayout.JAVA_BYTE))
                .isEqualTo(HEX.parseHex(text));
    }

    private static JsonNode json(String file) throws IOException {
        Path path = Path.of(System.getProperty("espalier.vectors", "/nonexistent"), file);
        assumeTrue(Files.exists(path), () -> path + " is absent");
        try (InputStream raw = Files.newInputStream(path);
                InputStream in = file.endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
            return new ObjectMapper().readTree(in);
        }
    }
}
