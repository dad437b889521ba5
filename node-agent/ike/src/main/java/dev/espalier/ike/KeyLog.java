package dev.espalier.ike;

import dev.espalier.wire.Octets;

/** Where lab builds write session keys for Wireshark. Everything else passes {@link #NONE}. */
public interface KeyLog {
    KeyLog NONE = new KeyLog() {
        @Override
        public void ikeSa(
                long spiInitiator,
                long spiResponder,
                Octets skEi,
                Octets skEr,
                Octets skAi,
                Octets skAr,
                String encryption,
                String integrity) {}

        @Override
        public void espSa(String source, String destination, int spi, String encryption, Octets key) {}
    };

    /** One row of Wireshark's {@code ikev2_decryption_table}. */
    void ikeSa(
            long spiInitiator,
            long spiResponder,
            Octets skEi,
            Octets skEr,
            Octets skAi,
            Octets skAr,
            String encryption,
            String integrity);

    /** One row of Wireshark's {@code esp_sa}. */
    void espSa(String source, String destination, int spi, String encryption, Octets key);
}
