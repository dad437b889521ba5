package dev.espalier.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.ike.proposal.EncryptionAlgorithm;
import dev.espalier.ike.proposal.IntegrityAlgorithm;
import dev.espalier.ike.vectors.Vectors;
import dev.espalier.wire.Octets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("IKE-44")
class KeyScheduleTest {
    private static final Octets NI = Octets.fromHex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
    private static final Octets NR = Octets.fromHex("b0b1b2b3b4b5b6b7b8b9babbbcbdbebf");
    private static final Prf PRF = Prf.HMAC_SHA2_256;

    /** SHA-1 exists here alone: it is what NIST's only full derivation uses. */
    private static final Prf SHA1 = new Prf("HmacSHA1", 20);

    @Test
    void agreesWithNistsFullDerivation() {
        JsonNode vector = Vectors.json("nist-cavp/ikev2-kdf-sha1.json");
        JsonNode expected = vector.get("expected");
        Octets ni = octets(vector, "ni");
        Octets nr = octets(vector, "nr");
        Secret shared = secret(vector, "gir");
        Secret sharedNew = secret(vector, "girNew");

        Secret seed = KeySchedule.initialSeed(SHA1, shared, ni, nr);
        assertThat(seed).isEqualTo(secret(expected, "sKeySeed"));

        Octets keying = octets(expected, "derivedKeyingMaterial");
        byte[] context = ni.concat(nr)
                .concat(octets(vector, "spiI"))
                .concat(octets(vector, "spiR"))
                .toArray();
        assertThat(SHA1.plus(seed.octets(), context, keying.length())).isEqualTo(Secret.wrap(keying.toArray()));

        // The derived material starts with SK_d.
        Secret skD = Secret.wrap(keying.slice(0, SHA1.length()).toArray());
        assertHalves(expected, "derivedKeyingMaterialChild", KeySchedule.child(SHA1, skD, List.of(), ni, nr, 66));
        assertHalves(expected, "derivedKeyingMaterialDh", KeySchedule.child(SHA1, skD, List.of(sharedNew), ni, nr, 66));
        assertThat(KeySchedule.nextSeed(SHA1, skD, List.of(sharedNew), ni, nr))
                .isEqualTo(secret(expected, "sKeySeedReKey"));
    }

    @Test
    void cutsIkeKeysInTheOrderOfTheRfc() {
        // Given: {SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr} = prf+(SKEYSEED, Ni | Nr | SPIi | SPIr)
        Secret seed = Secret.wrap(new byte[32]);
        SkAlgorithm cbc = SkAlgorithm.of(EncryptionAlgorithm.AES_CBC_256, IntegrityAlgorithm.HMAC_SHA2_512_256);
        Octets context = NI.concat(NR).concat(Octets.fromHex("00000000000000010000000000000002"));
        Octets stream = Octets.wrap(PRF.plus(seed.octets(), context.toArray(), 3 * 32 + 2 * 64 + 2 * 32)
                .copy());

        IkeKeys keys = KeySchedule.expand(PRF, cbc, seed, NI, NR, 1, 2);

        assertThat(open(keys.skD())).isEqualTo(stream.slice(0, 32));
        assertThat(open(keys.skAi())).isEqualTo(stream.slice(32, 64));
        assertThat(open(keys.skAr())).isEqualTo(stream.slice(96, 64));
        assertThat(open(keys.skEi())).isEqualTo(stream.slice(160, 32));
        assertThat(open(keys.skEr())).isEqualTo(stream.slice(192, 32));
        assertThat(open(keys.skPi())).isEqualTo(stream.slice(224, 32));
        assertThat(open(keys.skPr())).isEqualTo(stream.slice(256, 32));
    }

    @Test
    @Tag("ALG-08")
    void anAeadTakesKeyAndSaltAndNoIntegrityKey() {
        SkAlgorithm gcm = SkAlgorithm.of(EncryptionAlgorithm.AES_GCM_16_256, IntegrityAlgorithm.NONE);
        IkeKeys keys = KeySchedule.expand(Prf.HMAC_SHA2_384, gcm, Secret.wrap(new byte[48]), NI, NR, 1, 2);
        assertThat(keys.skEi().length()).isEqualTo(36);
        assertThat(keys.skAi().length()).isZero();
        assertThat(keys.skD().length()).isEqualTo(48);
        assertThat(keys.skPr().length()).isEqualTo(48);
    }

    @Test
    @Tag("PQ-01")
    void additionalSecretsFollowTheNonces() {
        // RFC 9370 2.2.4: KEYMAT = prf+ (SK_d, SK(0) | Ni | Nr | SK(1) | ... SK(n))
        Secret skD = Secret.wrap(new byte[] {9});
        Secret first = Secret.wrap(new byte[] {1, 1});
        Secret second = Secret.wrap(new byte[] {2});
        Secret third = Secret.wrap(new byte[] {3, 3, 3});
        Octets seed = Octets.fromHex("0101").concat(NI).concat(NR).concat(Octets.fromHex("02030303"));

        ChildKeys keys = KeySchedule.child(PRF, skD, List.of(first, second, third), NI, NR, 20);
        Secret next = KeySchedule.nextSeed(PRF, skD, List.of(first, second, third), NI, NR);

        Octets stream = Octets.wrap(PRF.plus(skD.octets(), seed.toArray(), 40).copy());
        assertThat(open(keys.initiatorToResponder())).isEqualTo(stream.slice(0, 20));
        assertThat(open(keys.responderToInitiator())).isEqualTo(stream.slice(20, 20));
        assertThat(open(next)).isEqualTo(PRF.compute(skD, seed));
    }

    @Test
    @Tag("IKE-25")
    void anIkeSaIsNeverRekeyedWithoutAKeyExchange() {
        assertThatThrownBy(() -> KeySchedule.nextSeed(PRF, Secret.wrap(new byte[32]), List.of(), NI, NR))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Tag("IKE-56")
    void closingWipesEveryKey() {
        IkeKeys keys = KeySchedule.expand(
                PRF,
                SkAlgorithm.of(EncryptionAlgorithm.AES_CBC_128, IntegrityAlgorithm.HMAC_SHA2_256_128),
                Secret.wrap(new byte[32]),
                NI,
                NR,
                1,
                2);
        List<Secret> all =
                List.of(keys.skD(), keys.skAi(), keys.skAr(), keys.skEi(), keys.skEr(), keys.skPi(), keys.skPr());
        List<byte[]> octets = all.stream().map(Secret::octets).toList();

        keys.close();

        assertThat(octets).allSatisfy(o -> assertThat(o).containsOnly(0));
        assertThat(all).allSatisfy(s -> assertThatThrownBy(s::copy).isInstanceOf(IllegalStateException.class));
    }

    private static void assertHalves(JsonNode expected, String field, ChildKeys keys) {
        assertThat(open(keys.initiatorToResponder()).concat(open(keys.responderToInitiator())))
                .isEqualTo(octets(expected, field));
    }

    private static Octets open(Secret secret) {
        return Octets.wrap(secret.copy());
    }

    private static Octets octets(JsonNode node, String field) {
        return Octets.fromHex(node.get(field).asText());
    }

    private static Secret secret(JsonNode node, String field) {
        return Secret.wrap(octets(node, field).toArray());
    }
}
