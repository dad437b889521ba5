package dev.espalier.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.ike.proposal.PrfAlgorithm;
import dev.espalier.ike.vectors.Vectors;
import dev.espalier.wire.Octets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("IKE-44")
class PrfTest {
    @ParameterizedTest
    @CsvSource({"hmac_sha256, HMAC_SHA2_256", "hmac_sha384, HMAC_SHA2_384", "hmac_sha512, HMAC_SHA2_512"})
    void agreesWithWycheproof(String file, PrfAlgorithm algorithm) {
        Prf prf = Prf.of(algorithm);
        List<Vectors.Case> cases = Vectors.wycheproof(file);
        for (Vectors.Case vector : cases) {
            Octets tag = vector.octets("tag");
            Octets mac = prf.compute(Secret.wrap(vector.octets("key").toArray()), vector.octets("msg"));
            assertThat(mac.slice(0, tag.length()).equals(tag)).as("%s", vector).isEqualTo(vector.valid());
        }
        assertThat(cases).hasSizeGreaterThan(100);
    }

    @Test
    void prfPlusAgreesWithNist() {
        JsonNode cases = Vectors.json("nist-cavp/ikev2-prfplus.json").get("cases");
        for (JsonNode vector : cases) {
            Prf prf = Prf.of(PrfAlgorithm.valueOf(vector.get("prf").asText().replace("PRF_", "")));
            Octets out = Octets.fromHex(vector.get("out").asText());
            Secret made = prf.plus(hex(vector, "key"), hex(vector, "seed"), out.length());
            assertThat(Octets.wrap(made.copy())).isEqualTo(out);
        }
        assertThat(cases).hasSize(7);
    }

    @ParameterizedTest
    @EnumSource
    void macOfPartsIsMacOfTheirConcatenation(PrfAlgorithm algorithm) {
        Prf prf = Prf.of(algorithm);
        Secret key = Secret.wrap(new byte[] {1, 2, 3});
        assertThat(prf.compute(key, Octets.of((byte) 4), Octets.EMPTY, Octets.of((byte) 5, (byte) 6)))
                .isEqualTo(prf.compute(key, Octets.of((byte) 4, (byte) 5, (byte) 6)))
                .extracting(Octets::length)
                .isEqualTo(algorithm.outputOctets());
    }

    @ParameterizedTest
    @EnumSource
    void prfPlusEndsBeforeItsCounterWraps(PrfAlgorithm algorithm) {
        Prf prf = Prf.of(algorithm);
        byte[] key = {1};
        byte[] seed = {2};
        assertThat(prf.plus(key, seed, 255 * prf.length()).length()).isEqualTo(255 * prf.length());
        assertThatThrownBy(() -> prf.plus(key, seed, 255 * prf.length() + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] hex(JsonNode vector, String field) {
        return Octets.fromHex(vector.get(field).asText()).toArray();
    }
}
