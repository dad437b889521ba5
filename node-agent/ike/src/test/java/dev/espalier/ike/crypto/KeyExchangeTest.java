package dev.espalier.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.wire.Octets;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("IKE-43")
class KeyExchangeTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @ParameterizedTest
    @EnumSource
    void bothEndsAgree(KeyExchangeMethod method) {
        KeyExchange exchange = KeyExchange.of(method);
        try (KeyExchange.Offer offer = exchange.initiate(RANDOM)) {
            KeyExchange.Agreed responder = agreed(exchange.respond(offer.publicValue(), RANDOM));
            KeyExchange.Agreed initiator = agreed(offer.complete(responder.publicValue()));

            assertThat(offer.method()).isEqualTo(exchange.method()).isEqualTo(method);
            assertThat(initiator.secret()).isEqualTo(responder.secret());
            assertThat(initiator.publicValue()).isEqualTo(offer.publicValue());
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyOfferIsFresh(KeyExchangeMethod method) {
        KeyExchange exchange = KeyExchange.of(method);
        assertThat(exchange.initiate(RANDOM).publicValue())
                .isNotEqualTo(exchange.initiate(RANDOM).publicValue());
    }

    @ParameterizedTest
    @EnumSource
    void refusesEveryOtherLength(KeyExchangeMethod method) {
        KeyExchange exchange = KeyExchange.of(method);
        KeyExchange.Offer offer = exchange.initiate(RANDOM);
        Octets forResponder = offer.publicValue();
        Octets forInitiator = agreed(exchange.respond(forResponder, RANDOM)).publicValue();
        for (Octets wrong : lengthsBeside(forResponder)) {
            assertThat(exchange.respond(wrong, RANDOM)).isInstanceOf(KeyExchange.Refused.class);
        }
        for (Octets wrong : lengthsBeside(forInitiator)) {
            assertThat(offer.complete(wrong)).isInstanceOf(KeyExchange.Refused.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRefusedReplyLeavesTheOfferOpenForTheGenuineOne(KeyExchangeMethod method) {
        KeyExchange exchange = KeyExchange.of(method);
        KeyExchange.Offer offer = exchange.initiate(RANDOM);
        assertThat(offer.complete(Octets.EMPTY)).isInstanceOf(KeyExchange.Refused.class);
        KeyExchange.Agreed responder = agreed(exchange.respond(offer.publicValue(), RANDOM));
        assertThat(agreed(offer.complete(responder.publicValue())).secret()).isEqualTo(responder.secret());
    }

    @ParameterizedTest
    @EnumSource
    void aClosedOfferIsOfNoUse(KeyExchangeMethod method) {
        KeyExchange.Offer offer = KeyExchange.of(method).initiate(RANDOM);
        offer.close();
        assertThatThrownBy(() -> offer.complete(offer.publicValue())).isInstanceOf(IllegalStateException.class);
    }

    /** The reason shows that the check is ours: a provider may make it too, none has to. */
    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("badValues")
    void refusesBadPublicValues(KeyExchangeMethod method, String what, Octets value, String reason) {
        KeyExchange exchange = KeyExchange.of(method);
        assertRefused(exchange.respond(value, RANDOM), reason);
        assertRefused(exchange.initiate(RANDOM).complete(value), reason);
    }

    private static void assertRefused(KeyExchange.Result result, String reason) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        KeyExchange.Refused.class,
                        refused -> assertThat(refused.reason()).contains(reason));
    }

    static Stream<Arguments> badValues() {
        return Stream.of(badNumbers(), badPoints(), badMontgomeryPoints()).flatMap(s -> s);
    }

    private static Stream<Arguments> badNumbers() {
        BigInteger p = ModpPrimes.ofBits(2048);
        String reason = "not within 2..p-2";
        return Stream.of(
                Arguments.of(KeyExchangeMethod.MODP_2048, "0", number(BigInteger.ZERO, 256), reason),
                Arguments.of(KeyExchangeMethod.MODP_2048, "1", number(BigInteger.ONE, 256), reason),
                Arguments.of(KeyExchangeMethod.MODP_2048, "p-1", number(p.subtract(BigInteger.ONE), 256), reason),
                Arguments.of(KeyExchangeMethod.MODP_2048, "p", number(p, 256), reason),
                Arguments.of(KeyExchangeMethod.MODP_2048, "p+1", number(p.add(BigInteger.ONE), 256), reason),
                Arguments.of(
                        KeyExchangeMethod.MODP_3072,
                        "p-1",
                        number(ModpPrimes.ofBits(3072).subtract(BigInteger.ONE), 384),
                        reason),
                Arguments.of(KeyExchangeMethod.MODP_4096, "1", number(BigInteger.ONE, 512), reason));
    }

    private static Stream<Arguments> badPoints() {
        BigInteger p = new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);
        Octets g = Octets.fromHex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                + "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
        // A point with x = 5 lies on the curve, and 5 + p still fits 32 octets.
        Octets y5 = Octets.fromHex("459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc");
        return Stream.of(
                Arguments.of(KeyExchangeMethod.ECP_256, "0 | 0", Octets.wrap(new byte[64]), "not on the curve"),
                Arguments.of(KeyExchangeMethod.ECP_256, "y off by one", flip(g, 63), "not on the curve"),
                Arguments.of(
                        KeyExchangeMethod.ECP_256,
                        "x = 5 + p",
                        number(p.add(BigInteger.valueOf(5)), 32).concat(y5),
                        "not below the field's prime"),
                Arguments.of(
                        KeyExchangeMethod.ECP_256,
                        "y = p",
                        g.slice(0, 32).concat(number(p, 32)),
                        "not below the field's prime"),
                Arguments.of(KeyExchangeMethod.ECP_384, "0 | 0", Octets.wrap(new byte[96]), "not on the curve"),
                Arguments.of(KeyExchangeMethod.ECP_521, "0 | 0", Octets.wrap(new byte[132]), "not on the curve"));
    }

    private static Stream<Arguments> badMontgomeryPoints() {
        String reason = "public value for X";
        return Stream.of(
                Arguments.of(KeyExchangeMethod.X25519, "u = 0", Octets.wrap(new byte[32]), reason),
                Arguments.of(KeyExchangeMethod.X25519, "u = 1", littleEndianOne(32), reason),
                Arguments.of(
                        KeyExchangeMethod.X25519,
                        "order 8",
                        Octets.fromHex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
                        reason),
                Arguments.of(KeyExchangeMethod.X448, "u = 0", Octets.wrap(new byte[56]), reason),
                Arguments.of(KeyExchangeMethod.X448, "u = 1", littleEndianOne(56), reason));
    }

    @ParameterizedTest
    @EnumSource(names = {"ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"})
    void refusesAnEncapsulationKeyWithACoefficientOfQ(KeyExchangeMethod method) {
        KeyExchange exchange = KeyExchange.of(method);
        byte[] key = exchange.initiate(RANDOM).publicValue().toArray();
        // The first coefficient becomes 3329 = 0xd01: low octet, then low half of the next.
        key[0] = 0x01;
        key[1] = (byte) ((key[1] & 0xf0) | 0x0d);
        assertRefused(exchange.respond(Octets.wrap(key), RANDOM), "a coefficient is not below 3329");

        // Then the second, in the high half and the third octet; the first is 3328 and good.
        key[0] = 0x00;
        key[1] = 0x1d;
        key[2] = (byte) 0xd0;
        assertRefused(exchange.respond(Octets.wrap(key), RANDOM), "a coefficient is not below 3329");
    }

    private static Octets littleEndianOne(int length) {
        byte[] octets = new byte[length];
        octets[0] = 1;
        return Octets.wrap(octets);
    }

    private static Octets number(BigInteger value, int length) {
        return UnsignedNumbers.encode(value, length);
    }

    private static Octets flip(Octets octets, int index) {
        byte[] changed = octets.toArray();
        changed[index] ^= 1;
        return Octets.wrap(changed);
    }

    private static Iterable<Octets> lengthsBeside(Octets value) {
        return Stream.of(
                        Octets.EMPTY,
                        value.slice(0, value.length() - 1),
                        value.slice(1, value.length() - 1),
                        Octets.of((byte) 0).concat(value),
                        value.concat(Octets.of((byte) 0)))
                .toList();
    }

    private static KeyExchange.Agreed agreed(KeyExchange.Result result) {
        assertThat(result).isInstanceOf(KeyExchange.Agreed.class);
        return (KeyExchange.Agreed) result;
    }
}
