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

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("badValues")
    void refusesBadPublicValues(KeyExchangeMethod method, String what, Octets value) {
        KeyExchange exchange = KeyExchange.of(method);
        assertThat(exchange.respond(value, RANDOM)).isInstanceOf(KeyExchange.Refused.class);
        assertThat(exchange.initiate(RANDOM).complete(value)).isInstanceOf(KeyExchange.Refused.class);
    }

    static Stream<Arguments> badValues() {
        BigInteger p2048 = ModpPrimes.ofBits(2048);
        BigInteger p256 = new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);
        Octets g256 = Octets.fromHex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                + "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
        return Stream.of(
                Arguments.of(KeyExchangeMethod.MODP_2048, "0", number(BigInteger.ZERO, 256)),
                Arguments.of(KeyExchangeMethod.MODP_2048, "1", number(BigInteger.ONE, 256)),
                Arguments.of(KeyExchangeMethod.MODP_2048, "p-1", number(p2048.subtract(BigInteger.ONE), 256)),
                Arguments.of(KeyExchangeMethod.MODP_2048, "p", number(p2048, 256)),
                Arguments.of(KeyExchangeMethod.MODP_2048, "p+1", number(p2048.add(BigInteger.ONE), 256)),
                Arguments.of(
                        KeyExchangeMethod.MODP_3072,
                        "p-1",
                        number(ModpPrimes.ofBits(3072).subtract(BigInteger.ONE), 384)),
                Arguments.of(KeyExchangeMethod.MODP_4096, "1", number(BigInteger.ONE, 512)),
                Arguments.of(KeyExchangeMethod.ECP_256, "0 | 0", Octets.wrap(new byte[64])),
                Arguments.of(KeyExchangeMethod.ECP_256, "not on the curve", flip(g256, 63)),
                Arguments.of(
                        KeyExchangeMethod.ECP_256,
                        "x not reduced",
                        number(
                                        UnsignedNumbers.decode(g256.slice(0, 32))
                                                .add(p256)
                                                .mod(BigInteger.TWO.pow(256)),
                                        32)
                                .concat(g256.slice(32, 32))),
                Arguments.of(
                        KeyExchangeMethod.ECP_256, "x = p", number(p256, 32).concat(g256.slice(32, 32))),
                Arguments.of(KeyExchangeMethod.ECP_384, "0 | 0", Octets.wrap(new byte[96])),
                Arguments.of(KeyExchangeMethod.ECP_521, "0 | 0", Octets.wrap(new byte[132])),
                Arguments.of(KeyExchangeMethod.X25519, "u = 0", Octets.wrap(new byte[32])),
                Arguments.of(KeyExchangeMethod.X25519, "u = 1", littleEndianOne(32)),
                Arguments.of(
                        KeyExchangeMethod.X25519,
                        "order 8",
                        Octets.fromHex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")),
                Arguments.of(KeyExchangeMethod.X448, "u = 0", Octets.wrap(new byte[56])),
                Arguments.of(KeyExchangeMethod.X448, "u = 1", littleEndianOne(56)));
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
