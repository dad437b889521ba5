package dev.espalier.agent.node;

import dev.espalier.ike.KeyLog;
import dev.espalier.wire.Octets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * The two tables that Wireshark decrypts IKEv2 and ESP with, in a folder that takes the place of its configuration folder
 * ({@code WIRESHARK_CONFIG_DIR}, or {@code tshark} with {@code XDG_CONFIG_HOME} above a link named {@code wireshark}). In lab builds alone. One thread.
 */
final class KeyLogFiles implements KeyLog {
    private static final Logger LOG = Logger.getLogger(KeyLogFiles.class);

    private static final Map<String, String> IKE_CIPHERS = Map.of(
            "aes128gcm16", "AES-GCM-128 with 16 octet ICV [RFC5282]",
            "aes256gcm16", "AES-GCM-256 with 16 octet ICV [RFC5282]",
            "aes128", "AES-CBC-128 [RFC3602]",
            "aes256", "AES-CBC-256 [RFC3602]");

    private static final Map<String, String> IKE_INTEGRITY = Map.of(
            "", "NONE [RFC4306]",
            "sha256", "HMAC_SHA2_256_128 [RFC4868]",
            "sha384", "HMAC_SHA2_384_192 [RFC4868]",
            "sha512", "HMAC_SHA2_512_256 [RFC4868]");

    private static final Map<String, String> ESP_CIPHERS = Map.of(
            "aes128gcm16", "AES-GCM with 16 octet ICV [RFC4106]",
            "aes256gcm16", "AES-GCM with 16 octet ICV [RFC4106]");

    private final Path ikeTable;
    private final Path espTable;

    private KeyLogFiles(Path folder) {
        this.ikeTable = folder.resolve("ikev2_decryption_table");
        this.espTable = folder.resolve("esp_sa");
    }

    /** Begins both tables anew, readable by their owner alone. */
    static KeyLogFiles in(Path folder) throws IOException {
        Files.createDirectories(folder);
        KeyLogFiles files = new KeyLogFiles(folder);
        for (Path table : new Path[] {files.ikeTable, files.espTable}) {
            Files.writeString(table, "");
            Files.setPosixFilePermissions(
                    table, EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
        }
        LOG.warnf("this lab build writes every session key to %s", folder);
        return files;
    }

    @Override
    public void ikeSa(
            long spiInitiator,
            long spiResponder,
            Octets skEi,
            Octets skEr,
            Octets skAi,
            Octets skAr,
            String encryption,
            String integrity) {
        String cipher = IKE_CIPHERS.get(encryption);
        HexFormat hex = HexFormat.of();
        append(
                ikeTable,
                cipher == null
                        ? unknown(encryption)
                        : String.join(
                                ",",
                                hex.toHexDigits(spiInitiator),
                                hex.toHexDigits(spiResponder),
                                skEi.toHex(),
                                skEr.toHex(),
                                quoted(cipher),
                                skAi.toHex(),
                                skAr.toHex(),
                                quoted(IKE_INTEGRITY.getOrDefault(integrity, integrity))));
    }

    @Override
    public void espSa(String source, String destination, int spi, String encryption, Octets key) {
        String cipher = ESP_CIPHERS.get(encryption);
        String family = source.indexOf(':') < 0 ? "IPv4" : "IPv6";
        append(
                espTable,
                cipher == null
                        ? unknown(encryption)
                        : String.join(
                                ",",
                                quoted(family),
                                quoted(source),
                                quoted(destination),
                                quoted(String.format(Locale.ROOT, "0x%08x", spi)),
                                quoted(cipher),
                                quoted("0x" + key.toHex()),
                                quoted("NULL"),
                                quoted("")));
    }

    private static String unknown(String encryption) {
        return "# Wireshark 4.0 has no name for " + encryption;
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }

    private static void append(Path table, String row) {
        try {
            Files.writeString(table, row + "\n", StandardCharsets.US_ASCII, StandardOpenOption.APPEND);
        } catch (IOException e) {
            LOG.errorf("%s cannot be written: %s", table, e.getMessage());
        }
    }
}
