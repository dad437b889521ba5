package dev.espalier.ike.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.crypto.IkeKeys;
import dev.espalier.ike.crypto.KeySchedule;
import dev.espalier.ike.crypto.Prf;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.crypto.SkAlgorithm;
import dev.espalier.ike.crypto.SkCipher;
import dev.espalier.ike.proposal.IkeSuite;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.wire.Octets;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Framing and fragments with the ciphers that are used: their sizes, blocks and keys for each direction. */
@Tag("ALG-01")
@Tag("ALG-08")
class RealCipherTest {
    private static final Octets NONCE = Octets.fromHex("5a".repeat(32));
    private static final Message MESSAGE = new Message(
            new IkeHeader(1, 2, ExchangeType.IKE_AUTH, true, false, 1),
            List.of(
                    new Payload.Certificate(CertEncoding.X509_SIGNATURE, Octets.fromHex("ab".repeat(1500))),
                    new Payload.Authentication(AuthMethod.DIGITAL_SIGNATURE, Octets.fromHex("cd".repeat(71)))));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aes256gcm16-prfsha384-x25519",
                "aes128gcm16-prfsha256-ecp256",
                "chacha20poly1305-prfsha512-x25519",
                "aes128-sha256-prfsha256-modp2048",
                "aes256-sha512-prfsha512-ecp384"
            })
    void wholeAndInFragmentsOfEverySize(String text) {
        IkeSuite suite = IkeSuite.of(Proposal.parseIke(text));
        try (IkeKeys keys = keys(suite);
                SkCipher sender = SkAlgorithm.of(suite).initiatorCipher(keys, new SecureRandom());
                SkCipher receiver = SkAlgorithm.of(suite).initiatorCipher(keys, new SecureRandom());
                SkCipher otherDirection = SkAlgorithm.of(suite).responderCipher(keys, new SecureRandom())) {
            Decoded.Encrypted whole = (Decoded.Encrypted) MessageCodec.decode(SkMessages.seal(MESSAGE, sender));
            assertThat(message(SkMessages.open(whole, receiver))).isEqualTo(MESSAGE);
            assertThat(SkMessages.open(whole, otherDirection)).isInstanceOf(Opened.UnprotectedError.class);

            for (int maxOctets = 500; maxOctets < 540; maxOctets++) {
                Reassembler reassembler = new Reassembler(new FragmentBudget(FragmentBudget.DEFAULT_OCTETS));
                Opened last = new Opened.Pending(0, 0);
                for (Octets datagram : SkMessages.seal(MESSAGE, sender, maxOctets)) {
                    assertThat(datagram.length()).isLessThanOrEqualTo(maxOctets);
                    assertThat(last).isInstanceOf(Opened.Pending.class);
                    last = reassembler.accept((Decoded.Fragment) MessageCodec.decode(datagram), receiver, 0);
                }
                assertThat(message(last))
                        .as("fragments of %d octets", maxOctets)
                        .isEqualTo(MESSAGE);
            }
        }
    }

    private static IkeKeys keys(IkeSuite suite) {
        try (Secret seed = Secret.wrap(new byte[32])) {
            return KeySchedule.expand(Prf.of(suite.prf()), SkAlgorithm.of(suite), seed, NONCE, NONCE, 1, 2);
        }
    }

    private static Message message(Opened opened) {
        assertThat(opened).isInstanceOf(Opened.Complete.class);
        return ((Opened.Complete) opened).message();
    }
}
