package dev.espalier.ike.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SkMessagesTest {
    private static final IkeHeader HEADER = new IkeHeader(0x11, 0x22, ExchangeType.INFORMATIONAL, true, false, 9);

    @Test
    @Tag("ALG-08")
    void everythingUpToTheSkHeaderIsAuthenticatedWithFinalLengths() {
        ChecksumSkCipher cipher = new ChecksumSkCipher(16);

        Octets datagram =
                SkMessages.seal(new Message(HEADER, List.of(Payload.Notify.of(NotifyType.INITIAL_CONTACT))), cipher);

        // 8 octets of notify, 7 of padding and 1 of its length between 4 of IV and 4 of ICV
        Octets preceding =
                Octets.fromHex("00000000000000110000000000000022" + "2e202508" + "00000009" + "00000038" + "2900001c");
        assertThat(cipher.sealedBehind).containsExactly(preceding);
        assertThat(datagram.slice(0, 32)).isEqualTo(preceding);
        assertThat(datagram.length()).isEqualTo(0x38);
    }

    @Test
    void emptyMessageSaysThatNothingIsInside() {
        ChecksumSkCipher cipher = new ChecksumSkCipher(1);

        Octets datagram = SkMessages.seal(new Message(HEADER, List.of()), cipher);

        assertThat(datagram.get(IkeHeader.LENGTH)).isZero();
        assertThat(open(datagram, cipher))
                .isEqualTo(new Opened.Complete(new Message(HEADER, List.of()), PayloadType.NONE, Octets.EMPTY));
    }

    @Test
    @Tag("IKE-51")
    @Tag("IKE-35")
    void changedMessageIsDroppedWhereverItWasChanged() {
        ChecksumSkCipher cipher = new ChecksumSkCipher(16);
        Octets datagram = SkMessages.seal(new Message(HEADER, List.of(Payload.Notify.of(NotifyType.REKEY_SA))), cipher);
        for (int i = 0; i < datagram.length(); i++) {
            byte[] changed = datagram.toArray();
            changed[i] ^= 0x01;

            Decoded decoded = MessageCodec.decode(Octets.wrap(changed));

            if (decoded instanceof Decoded.Encrypted encrypted) {
                assertThat(SkMessages.open(encrypted, cipher))
                        .as("octet %d", i)
                        .isInstanceOf(Opened.UnprotectedError.class);
                assertThat(SkMessages.authentic(encrypted, cipher)).isFalse();
            } else {
                assertThat(decoded).as("octet %d", i).isNotInstanceOf(Decoded.Protected.class);
            }
        }
    }

    @Test
    @Tag("IKE-35")
    void impossiblePaddingInAnAuthenticMessageIsInvalidSyntax() {
        ChecksumSkCipher cipher = new ChecksumSkCipher(1);
        int sk = 4 + cipher.sealedLength(0);
        Octets preceding =
                header(PayloadType.SK.value(), sk).u8(43).u8(0).u16(sk).toOctets();

        Octets datagram = preceding.concat(cipher.sealRaw(preceding, Octets.of((byte) 7)));

        assertThat(open(datagram, cipher))
                .isInstanceOfSatisfying(
                        Opened.ProtectedError.class,
                        error -> assertThat(error.notifyType()).isEqualTo(NotifyType.INVALID_SYNTAX));
    }

    @Test
    @Tag("IKE-35")
    void payloadsThatTheRulesForbidAreInvalidSyntax() {
        ChecksumSkCipher cipher = new ChecksumSkCipher(1);

        Octets datagram = SkMessages.seal(
                new Message(HEADER, List.of(new Payload.Nonce(Octets.fromHex("00".repeat(16))))), cipher);

        assertThat(open(datagram, cipher))
                .isInstanceOfSatisfying(
                        Opened.ProtectedError.class,
                        error -> assertThat(error.detail()).isEqualTo("Nonce in INFORMATIONAL request"));
    }

    @Test
    @Tag("IKE-51")
    void outerPayloadsInFrontOfSkAreAuthenticatedAndPassedOver() {
        ChecksumSkCipher cipher = new ChecksumSkCipher(1);
        Octets datagram = withOuter(cipher, "29 00 0004" + "2e 00 0008 00 00 4000");

        assertThat(open(datagram, cipher))
                .isInstanceOfSatisfying(
                        Opened.Complete.class,
                        opened -> assertThat(opened.message().payloads()).isEmpty());
    }

    @Test
    @Tag("IKE-14")
    void unknownCriticalPayloadInFrontOfSkCountsOnceItIsAuthentic() {
        ChecksumSkCipher cipher = new ChecksumSkCipher(1);
        Octets datagram = withOuter(cipher, "c8 00 0004" + "2e 80 0004");

        assertThat(open(datagram, cipher)).isInstanceOfSatisfying(Opened.ProtectedError.class, error -> {
            assertThat(error.notifyType()).isEqualTo(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD);
            assertThat(error.data()).isEqualTo(Octets.fromHex("c8"));
        });
        byte[] forged = datagram.toArray();
        forged[forged.length - 1] ^= 1;
        assertThat(open(Octets.wrap(forged), cipher)).isInstanceOf(Opened.UnprotectedError.class);
    }

    @ParameterizedTest
    @Tag("FRG-07")
    @CsvSource({"1", "2", "127", "128", "129", "200", "255"})
    void outerPayloadsInFrontOfSkfHaveABound(int count) {
        ChecksumSkCipher cipher = new ChecksumSkCipher(1);
        WireWriter outer = new WireWriter();
        for (int i = 0; i < count; i++) {
            outer.u8(i + 1 < count ? 43 : PayloadType.SKF.value()).u8(0).u16(4);
        }
        int skf = 8 + cipher.sealedLength(0);
        Octets preceding = header(43, outer.length() + skf)
                .octets(outer.toOctets())
                .u8(0)
                .u8(0)
                .u16(skf)
                .u16(1)
                .u16(2)
                .toOctets();

        Decoded decoded = MessageCodec.decode(preceding.concat(cipher.seal(preceding, Octets.EMPTY)));

        if (count < MessageCodec.MAX_PAYLOADS) {
            Reassembler reassembler = new Reassembler(new FragmentBudget(1000));
            assertThat(reassembler.accept((Decoded.Fragment) decoded, cipher, 0))
                    .isEqualTo(new Opened.Pending(1, 2));
        } else {
            assertThat(decoded).isInstanceOf(Decoded.UnprotectedError.class);
        }
    }

    @ParameterizedTest
    @Tag("FRG-02")
    @CsvSource({"1, 1232", "16, 1232", "16, 508", "13, 577", "1, 100"})
    void fragmentsFitTheirSizeAndSayWhatTheyAre(int block, int maxOctets) {
        ChecksumSkCipher cipher = new ChecksumSkCipher(block);
        Message message = new Message(
                new IkeHeader(1, 2, ExchangeType.IKE_AUTH, true, false, 1),
                List.of(new Payload.Certificate(CertEncoding.X509_SIGNATURE, Octets.fromHex("ab".repeat(3000)))));

        List<Octets> datagrams = SkMessages.seal(message, cipher, maxOctets);

        assertThat(datagrams).hasSizeGreaterThan(1).allMatch(d -> d.length() <= maxOctets);
        // The last one apart, no fragment is smaller than a block less than allowed.
        assertThat(datagrams.subList(0, datagrams.size() - 1)).allMatch(d -> d.length() > maxOctets - block);
        for (int i = 0; i < datagrams.size(); i++) {
            Decoded.Fragment fragment = (Decoded.Fragment) MessageCodec.decode(datagrams.get(i));
            assertThat(fragment.number()).isEqualTo(i + 1);
            assertThat(fragment.total()).isEqualTo(datagrams.size());
            assertThat(fragment.firstInner()).isEqualTo(i == 0 ? PayloadType.CERT : PayloadType.NONE);
            assertThat(fragment.header()).isEqualTo(message.header());
            // RFC 7383 2.5: the AAD goes to the end of Total Fragments.
            assertThat(fragment.preceding()).isEqualTo(cipher.sealedBehind.get(i));
            assertThat(fragment.preceding().length()).isEqualTo(36);
        }
        assertThat(datagrams.stream().map(d -> d.slice(36, 4)).distinct())
                .as("IVs")
                .hasSameSizeAs(datagrams);
    }

    @Test
    @Tag("FRG-02")
    void messageThatFitsIsNotFragmented() {
        ChecksumSkCipher cipher = new ChecksumSkCipher(1);
        Message message = new Message(HEADER, List.of(new Payload.VendorId(Octets.fromHex("00".repeat(100)))));
        int whole = SkMessages.seal(message, cipher).length();

        assertThat(SkMessages.seal(message, cipher, whole)).hasSize(1);
        assertThat(SkMessages.seal(message, cipher, whole - 1)).hasSize(2);
    }

    @Test
    @Tag("FRG-02")
    void messageSizesFollowFromPacketSizes() {
        assertThat(SkMessages.messageOctets(SkMessages.INITIAL_PACKET_OCTETS, true, true))
                .isEqualTo(1228);
        assertThat(SkMessages.messageOctets(SkMessages.INITIAL_PACKET_OCTETS, false, false))
                .isEqualTo(1252);
        assertThat(SkMessages.messageOctets(SkMessages.SMALLEST_IPV4_PACKET_OCTETS, false, true))
                .isEqualTo(544);
    }

    @Test
    @Tag("FRG-04")
    void tooManyFragmentsOrTooLongAMessageIsOurBug() {
        ChecksumSkCipher cipher = new ChecksumSkCipher(1);
        List<Payload> payloads = IntStream.range(0, 3)
                .<Payload>mapToObj(i -> new Payload.VendorId(Octets.wrap(new byte[30_000])))
                .toList();

        assertThatThrownBy(() -> SkMessages.seal(new Message(HEADER, payloads), cipher))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SkMessages.seal(new Message(HEADER, payloads), cipher, 500))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("128 fragments");
        assertThatThrownBy(() -> SkMessages.seal(new Message(HEADER, payloads), cipher, 40))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(cipher.sealedBehind).isEmpty();
    }

    @Test
    @Tag("PQ-02")
    void mlKemKeysFitFragments() {
        ChecksumSkCipher cipher = new ChecksumSkCipher(1);
        Message message = new Message(
                new IkeHeader(1, 2, ExchangeType.IKE_INTERMEDIATE, true, false, 1),
                List.of(new Payload.KeyExchange(36, Octets.wrap(new byte[1184]))));
        Reassembler reassembler = new Reassembler(new FragmentBudget(FragmentBudget.DEFAULT_OCTETS));

        List<Opened> results = new ArrayList<>();
        SkMessages.seal(message, cipher, SkMessages.messageOctets(1280, true, true))
                .forEach(d -> results.add(reassembler.accept((Decoded.Fragment) MessageCodec.decode(d), cipher, 0)));

        assertThat(results).hasSize(2);
        assertThat(results.getLast())
                .isInstanceOfSatisfying(
                        Opened.Complete.class,
                        opened -> assertThat(opened.message()).isEqualTo(message));
    }

    private static Octets withOuter(ChecksumSkCipher cipher, String outer) {
        Octets chain = Octets.fromHex(outer.replace(" ", ""));
        int sk = 4 + cipher.sealedLength(0);
        Octets preceding = header(43, chain.length() + sk)
                .octets(chain)
                .u8(0)
                .u8(0)
                .u16(sk)
                .toOctets();
        return preceding.concat(cipher.seal(preceding, Octets.EMPTY));
    }

    private static WireWriter header(int firstPayload, int payloads) {
        return new WireWriter()
                .i64(0x11)
                .i64(0x22)
                .u8(firstPayload)
                .u8(0x20)
                .u8(37)
                .u8(0x08)
                .u32(9)
                .u32(IkeHeader.LENGTH + payloads);
    }

    private static Opened open(Octets datagram, ChecksumSkCipher cipher) {
        return SkMessages.open((Decoded.Encrypted) MessageCodec.decode(datagram), cipher);
    }
}
