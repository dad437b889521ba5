package dev.espalier.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.vectors.Vectors;
import dev.espalier.wire.Octets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("ALG-05")
@Tag("ALG-06")
class AeadTest {
    @ParameterizedTest
    @CsvSource({"aes_gcm, AES_GCM", "chacha20_poly1305, CHACHA20_POLY1305"})
    void agreesWithWycheproof(String file, Aead aead) {
        List<Vectors.Case> cases = Vectors.wycheproof(file).stream()
                .filter(c -> c.group().get("ivSize").asInt() == 96
                        && c.group().get("tagSize").asInt() == 128
                        && c.group().get("keySize").asInt() != 192)
                .toList();
        for (Vectors.Case vector : cases) {
            byte[] key = vector.octets("key").toArray();
            byte[] iv = vector.octets("iv").toArray();
            byte[] aad = vector.octets("aad").toArray();
            Octets sealed = vector.octets("ct").concat(vector.octets("tag"));

            Optional<Octets> opened = aead.open(key, iv, aad, sealed.toArray()).map(Octets::wrap);

            assertThat(opened)
                    .as("%s", vector)
                    .isEqualTo(vector.valid() ? Optional.of(vector.octets("msg")) : Optional.empty());
            if (vector.valid()) {
                assertThat(Octets.wrap(
                                aead.seal(key, iv, aad, vector.octets("msg").toArray())))
                        .as("%s", vector)
                        .isEqualTo(sealed);
            }
        }
        assertThat(cases).hasSizeGreaterThan(100);
    }
}
