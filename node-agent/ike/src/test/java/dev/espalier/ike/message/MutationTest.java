package dev.espalier.ike.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.wire.Octets;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sound messages, cut and bent in every way, through {@link MessageFuzz}: the decoder never throws and never grows beyond its input. */
@Tag("IKE-47")
@Tag("IKE-13")
class MutationTest {
    private static final long SEED = 47;

    @Test
    void everyTruncation() {
        for (byte[] sound : corpus(5)) {
            for (int length = 0; length < sound.length; length++) {
                fuzz(Arrays.copyOf(sound, length));
                fuzz(withLength(Arrays.copyOf(sound, length)));
            }
        }
    }

    @Test
    void everySingleBit() {
        for (byte[] sound : corpus(1)) {
            for (int bit = 0; bit < Math.min(sound.length, 400) * 8; bit++) {
                byte[] bent = sound.clone();
                bent[bit / 8] ^= (byte) (1 << bit % 8);
                fuzz(bent);
            }
        }
    }

    @Test
    void manyRandomChanges() {
        Random random = new Random(SEED);
        List<byte[]> corpus = corpus(40);
        for (int round = 0; round < 5_000; round++) {
            byte[] bent = corpus.get(random.nextInt(corpus.size())).clone();
            for (int changes = 1 + random.nextInt(6); changes > 0; changes--) {
                int at = random.nextInt(bent.length);
                bent[at] = (byte)
                        switch (random.nextInt(4)) {
                            case 0 -> 0;
                            case 1 -> 0xff;
                            case 2 -> bent[at] + 1;
                            default -> random.nextInt();
                        };
            }
            fuzz(random.nextBoolean() ? withLength(bent) : bent);
        }
    }

    @Test
    void noise() {
        Random random = new Random(SEED);
        for (int round = 0; round < 10_000; round++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            fuzz(noise);
        }
    }

    /** Counts and lengths are the peer's word; memory follows from the octets that are there. */
    @Test
    void memoryIsBoundedByTheInput() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        List<String> greedy = new ArrayList<>();
        for (String payload : List.of(
                "2a:0000ffff0304ffff", // DELETE of 65535 SPIs
                "2a:000000080300ffff", // the same without octets
                "21:0000ffff0000ffff010100ff", // a proposal of 255 transforms
                "2c:0000ffffff000000", // 255 selectors
                "35:0000ffff0001ffff", // 65535 fragments
                "2e:0000ffff")) {
            String body = payload.substring(3);
            greedy.add("00000000000000010000000000000002%02x20250800000001%08x"
                            .formatted(Integer.parseInt(payload.substring(0, 2), 16), 28 + body.length() / 2)
                    + body);
            greedy.add(payload.substring(0, 2) + body);
        }
        byte[][] inputs = greedy.stream().map(HexFormat.of()::parseHex).toArray(byte[][]::new);
        for (byte[] input : inputs) {
            MessageFuzz.fuzzerTestOneInput(input); // loads classes
        }

        long before = threads.getCurrentThreadAllocatedBytes();
        for (byte[] input : inputs) {
            MessageFuzz.fuzzerTestOneInput(input);
        }

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(inputs.length * 20_000L);
    }

    private static List<byte[]> corpus(int size) {
        RandomMessages messages = new RandomMessages(SEED);
        List<byte[]> corpus = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            ChecksumSkCipher cipher = new ChecksumSkCipher(1);
            Message encrypted = messages.encrypted();
            corpus.add(MessageCodec.encode(messages.saInit()).toArray());
            corpus.add(SkMessages.seal(encrypted, cipher).toArray());
            corpus.add(SkMessages.seal(encrypted, cipher, 300).getLast().toArray());
            Octets inner = MessageCodec.encodeInner(encrypted.payloads());
            corpus.add(Octets.of(
                            (byte) PayloadCodec.firstType(encrypted.payloads()).value())
                    .concat(inner)
                    .toArray());
        }
        return corpus;
    }

    /** Mends the header's length, so that a change is not found there alone. */
    private static byte[] withLength(byte[] message) {
        if (message.length < IkeHeader.LENGTH) {
            return message;
        }
        byte[] mended = message.clone();
        for (int i = 0; i < 4; i++) {
            mended[IkeHeader.LENGTH - 1 - i] = (byte) (message.length >>> 8 * i);
        }
        return mended;
    }

    private static void fuzz(byte[] input) {
        try {
            MessageFuzz.fuzzerTestOneInput(input);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "seed " + SEED + ", input " + HexFormat.of().formatHex(input), e);
        }
    }
}
