package dev.espalier.ike.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.wire.Octets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code decode(encode(x)) = x} for messages of every kind. */
class RoundTripTest {
    private static final long SEED = 7296;

    @Test
    void cleartextMessages() {
        RandomMessages messages = new RandomMessages(SEED);
        for (int round = 0; round < 500; round++) {
            Message message = messages.saInit();

            Octets encoded = MessageCodec.encode(message);

            assertThat(MessageCodec.decode(encoded))
                    .as("seed %d round %d", SEED, round)
                    .isEqualTo(new Decoded.Cleartext(message, encoded));
        }
    }

    @Test
    void encryptedMessages() {
        RandomMessages messages = new RandomMessages(SEED);
        for (int round = 0; round < 500; round++) {
            Message message = messages.encrypted();
            ChecksumSkCipher cipher = new ChecksumSkCipher(1 + round % 16);

            Octets sealed = SkMessages.seal(message, cipher);

            assertThat(message(SkMessages.open((Decoded.Encrypted) MessageCodec.decode(sealed), cipher)))
                    .as("seed %d round %d", SEED, round)
                    .isEqualTo(message);
        }
    }

    @Test
    @Tag("FRG-02")
    @Tag("FRG-03")
    void fragmentedMessagesInAnyOrderWithRepetitions() {
        RandomMessages messages = new RandomMessages(SEED);
        Random random = new Random(SEED);
        FragmentBudget budget = new FragmentBudget(FragmentBudget.DEFAULT_OCTETS);
        Reassembler reassembler = new Reassembler(budget);
        int inFragments = 0;
        for (int round = 0; round < 300; round++) {
            Message message = messages.encrypted();
            ChecksumSkCipher cipher = new ChecksumSkCipher(1 + round % 16);
            List<Octets> datagrams = new ArrayList<>(SkMessages.seal(message, cipher, 200 + random.nextInt(1000)));
            if (datagrams.size() == 1) {
                continue;
            }
            inFragments++;
            int total = datagrams.size();
            Collections.shuffle(datagrams, random);

            List<Opened> results = new ArrayList<>();
            for (int i = 0; i < total; i++) {
                results.add(accept(reassembler, datagrams.get(i), cipher));
                if (i + 1 < total) {
                    Octets earlier = datagrams.get(random.nextInt(i + 1));
                    assertThat(accept(reassembler, earlier, cipher)).isInstanceOf(Opened.UnprotectedError.class);
                }
            }

            assertThat(results.subList(0, total - 1)).allMatch(Opened.Pending.class::isInstance);
            assertThat(message(results.getLast()))
                    .as("seed %d round %d", SEED, round)
                    .isEqualTo(message);
            assertThat(budget.octets()).isZero();
        }
        assertThat(inFragments).isGreaterThan(100);
    }

    private static Opened accept(Reassembler reassembler, Octets datagram, ChecksumSkCipher cipher) {
        return reassembler.accept((Decoded.Fragment) MessageCodec.decode(datagram), cipher, 0);
    }

    private static Message message(Opened opened) {
        assertThat(opened).isInstanceOf(Opened.Complete.class);
        return ((Opened.Complete) opened).message();
    }
}
