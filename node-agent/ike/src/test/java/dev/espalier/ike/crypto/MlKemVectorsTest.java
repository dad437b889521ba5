package dev.espalier.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.vectors.Vectors;
import dev.espalier.wire.Octets;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("PQ-02")
@Tag("IKE-43")
class MlKemVectorsTest {
    @ParameterizedTest
    @CsvSource({"mlkem_512, ML_KEM_512", "mlkem_768, ML_KEM_768", "mlkem_1024, ML_KEM_1024"})
    void decapsulatesAsWycheproof(String file, MlKemKeyExchange exchange) {
        int usable = 0;
        for (Vectors.Case vector : Vectors.wycheproof(file)) {
            Octets seed = vector.octets("seed");
            if (seed.length() != 64) {
                continue;
            }
            KeyExchange.Offer offer = exchange.initiate(new FixedRandom(seed));

            KeyExchange.Result result = offer.complete(vector.octets("c"));

            if (vector.valid()) {
                usable++;
                assertThat(offer.publicValue()).as("%s", vector).isEqualTo(vector.octets("ek"));
                assertThat(result)
                        .isInstanceOfSatisfying(
                                KeyExchange.Agreed.class,
                                agreed -> assertThat(agreed.secret())
                                        .as("%s", vector)
                                        .isEqualTo(
                                                Secret.wrap(vector.octets("K").toArray())));
            } else {
                assertThat(result).as("%s", vector).isInstanceOf(KeyExchange.Refused.class);
            }
        }
        assertThat(usable).isGreaterThan(100);
    }

    @Test
    void encapsulatesAsWycheproof() {
        List<Vectors.Case> cases = Vectors.wycheproof("mlkem_768_encaps");
        for (Vectors.Case vector : cases) {
            KeyExchange.Result result =
                    MlKemKeyExchange.ML_KEM_768.respond(vector.octets("ek"), new FixedRandom(vector.octets("m")));
            if (vector.valid()) {
                assertThat(result).as("%s", vector).isInstanceOfSatisfying(KeyExchange.Agreed.class, agreed -> {
                    assertThat(agreed.publicValue()).isEqualTo(vector.octets("c"));
                    assertThat(agreed.secret())
                            .isEqualTo(Secret.wrap(vector.octets("K").toArray()));
                });
            } else {
                assertThat(result).as("%s", vector).isInstanceOf(KeyExchange.Refused.class);
            }
        }
        assertThat(cases).hasSize(265);
    }

    /** Hands out a vector's seed in place of random octets. */
    private static final class FixedRandom extends SecureRandom {
        private final transient Octets octets;
        private int position;

        FixedRandom(Octets octets) {
            this.octets = octets;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            octets.slice(position, bytes.length).copyTo(bytes, 0);
            position += bytes.length;
        }
    }
}
