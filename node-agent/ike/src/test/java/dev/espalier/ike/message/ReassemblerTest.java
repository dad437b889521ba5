package dev.espalier.ike.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReassemblerTest {
    private static final Message MESSAGE = new Message(
            new IkeHeader(1, 2, ExchangeType.IKE_AUTH, true, false, 1),
            List.of(
                    new Payload.Certificate(CertEncoding.X509_SIGNATURE, Octets.fromHex("ab".repeat(1000))),
                    new Payload.Authentication(AuthMethod.DIGITAL_SIGNATURE, Octets.fromHex("cd".repeat(80)))));

    private final ChecksumSkCipher cipher = new ChecksumSkCipher(1);
    private final FragmentBudget budget = new FragmentBudget(100_000);
    private final Reassembler reassembler = new Reassembler(budget);

    @ParameterizedTest
    @Tag("FRG-03")
    @CsvSource({"0, 0", "0, 1", "1, 0", "2, 1", "65535, 65534"})
    void impossibleNumbersAreDroppedBeforeAnythingElse(int number, int total) {
        assertThat(MessageCodec.decode(datagram(number, total, "00".repeat(9))))
                .isEqualTo(new Decoded.UnprotectedError("fragment number", number + " of " + total));
    }

    @Test
    @Tag("FRG-04")
    void moreFragmentsThanTheBoundAreDroppedUnopened() {
        int total = SkMessages.MAX_FRAGMENTS + 1;

        Opened opened = accept(datagram(1, total, "00".repeat(9)), 0);

        assertThat(opened).isEqualTo(new Opened.UnprotectedError("too many fragments", total + " fragments"));
        assertThat(cipher.opened).isZero();
        assertThat(accept(datagram(65535, 65535, "00".repeat(9)), 0)).isInstanceOf(Opened.UnprotectedError.class);
    }

    @Test
    @Tag("FRG-03")
    void forgedFragmentLeavesNoTraceAndTheGenuineOneStillFits() {
        List<Octets> datagrams = fragments(500);
        byte[] forged = datagrams.getFirst().toArray();
        forged[forged.length - 1] ^= 1;

        assertThat(accept(Octets.wrap(forged), 0)).isEqualTo(new Opened.UnprotectedError("forged", "ICV does not fit"));
        assertThat(budget.octets()).isZero();
        assertThat(reassembler.nextDeadlineNanos()).isEmpty();

        assertThat(acceptAll(datagrams, 0)).isInstanceOf(Opened.Complete.class);
    }

    @Test
    @Tag("FRG-03")
    void forgedLargerTotalDoesNotDiscardTheSet() {
        List<Octets> datagrams = fragments(500);
        accept(datagrams.getFirst(), 0);

        accept(datagram(1, 100, "00".repeat(9)), 0);

        assertThat(acceptAll(datagrams.subList(1, datagrams.size()), 0)).isInstanceOf(Opened.Complete.class);
    }

    @Test
    @Tag("FRG-03")
    void duplicateIsDroppedUnopened() {
        List<Octets> datagrams = fragments(500);
        accept(datagrams.getFirst(), 0);
        int opened = cipher.opened;

        assertThat(accept(datagrams.getFirst(), 0))
                .isEqualTo(new Opened.UnprotectedError("fragment repeated", "1 of " + datagrams.size()));
        assertThat(cipher.opened).isEqualTo(opened);
    }

    @Test
    @Tag("FRG-03")
    @Tag("FRG-06")
    void smallerFragmentsReplaceBiggerOnesAndNotTheOtherWayRound() {
        List<Octets> big = fragments(700);
        List<Octets> small = fragments(300);
        assertThat(small).hasSizeGreaterThan(big.size());
        accept(big.getFirst(), 0);

        accept(small.getFirst(), 0);
        assertThat(accept(big.getLast(), 0))
                .isEqualTo(new Opened.UnprotectedError("fragment of an older set", big.size() + " < " + small.size()));

        Opened opened = acceptAll(small.subList(1, small.size()), 0);
        assertThat(opened)
                .isInstanceOfSatisfying(
                        Opened.Complete.class,
                        complete -> assertThat(complete.message()).isEqualTo(MESSAGE));
        assertThat(budget.octets()).isZero();
    }

    @Test
    @Tag("FRG-04")
    void incompleteMessagesExpire() {
        long start = Long.MAX_VALUE - 5; // a monotonic clock may wrap
        long lifetime = Reassembler.LIFETIME.toNanos();
        List<Octets> datagrams = fragments(500);
        accept(datagrams.getFirst(), start);

        assertThat(reassembler.nextDeadlineNanos()).hasValue(start + lifetime);
        reassembler.expire(start + lifetime - 1);
        assertThat(budget.octets()).isPositive();
        reassembler.expire(start + lifetime);
        assertThat(budget.octets()).isZero();
        assertThat(reassembler.nextDeadlineNanos()).isEmpty();

        assertThat(acceptAll(datagrams.subList(1, datagrams.size()), start + lifetime))
                .isInstanceOf(Opened.Pending.class);
    }

    @Test
    @Tag("FRG-04")
    void partialMessagesOfOneSaAreBounded() {
        for (int id = 0; id < Reassembler.MAX_PARTIAL_MESSAGES; id++) {
            assertThat(accept(fragments((long) id).getFirst(), 0)).isInstanceOf(Opened.Pending.class);
        }

        assertThat(accept(fragments(77L).getFirst(), 0))
                .isInstanceOfSatisfying(
                        Opened.UnprotectedError.class,
                        error -> assertThat(error.reason()).isEqualTo("too many partial messages"));
    }

    @Test
    @Tag("FRG-04")
    void octetsOfOneMessageAreBounded() {
        Reassembler roomy = new Reassembler(new FragmentBudget(1 << 20));
        String third = "00".repeat(Reassembler.MAX_MESSAGE_OCTETS / 3 + 1);

        assertThat(roomy.accept(fragment(sealed(1, 4, third)), cipher, 0)).isInstanceOf(Opened.Pending.class);
        assertThat(roomy.accept(fragment(sealed(2, 4, third)), cipher, 0)).isInstanceOf(Opened.Pending.class);
        assertThat(roomy.accept(fragment(sealed(3, 4, third)), cipher, 0))
                .isInstanceOfSatisfying(
                        Opened.UnprotectedError.class,
                        error -> assertThat(error.reason()).isEqualTo("fragments too long"));
        assertThat(roomy.nextDeadlineNanos()).isEmpty();
    }

    @Test
    @Tag("FRG-04")
    void allSasTogetherAreBoundedAndClosingOneMakesRoom() {
        FragmentBudget small = new FragmentBudget(1000);
        Reassembler one = new Reassembler(small);
        Reassembler other = new Reassembler(small);
        String part = "00".repeat(600);

        assertThat(one.accept(fragment(sealed(1, 2, part)), cipher, 0)).isInstanceOf(Opened.Pending.class);
        assertThat(other.accept(fragment(sealed(1, 2, part)), cipher, 0))
                .isInstanceOfSatisfying(
                        Opened.UnprotectedError.class,
                        error -> assertThat(error.reason()).isEqualTo("fragment memory"));
        one.close();
        assertThat(small.octets()).isZero();
        assertThat(other.accept(fragment(sealed(1, 2, part)), cipher, 0)).isInstanceOf(Opened.Pending.class);
    }

    @Test
    void requestAndResponseOfOneIdAreDifferentMessages() {
        Message response = new Message(new IkeHeader(1, 2, ExchangeType.IKE_AUTH, false, true, 1), MESSAGE.payloads());
        List<Octets> requests = fragments(700);
        List<Octets> responses = SkMessages.seal(response, cipher, 700);

        for (int i = 0; i + 1 < requests.size(); i++) {
            accept(requests.get(i), 0);
            accept(responses.get(i), 0);
        }

        assertThat(accept(requests.getLast(), 0))
                .isInstanceOfSatisfying(
                        Opened.Complete.class,
                        complete -> assertThat(complete.message().header().response())
                                .isFalse());
        assertThat(accept(responses.getLast(), 0))
                .isInstanceOfSatisfying(
                        Opened.Complete.class,
                        complete -> assertThat(complete.message().header().response())
                                .isTrue());
    }

    @Test
    @Tag("IKE-35")
    void nonsenseInAuthenticFragmentsIsInvalidSyntax() {
        accept(sealed(1, 2, "ffff"), 0);

        assertThat(accept(sealed(2, 2, "ffff"), 0))
                .isInstanceOfSatisfying(
                        Opened.ProtectedError.class,
                        error -> assertThat(error.notifyType()).isEqualTo(NotifyType.INVALID_SYNTAX));
        assertThat(budget.octets()).isZero();
    }

    @Test
    @Tag("IKE-35")
    void impossiblePaddingInAnAuthenticFragmentIsInvalidSyntaxAndEndsTheSet() {
        accept(fragments(500).getFirst(), 0);
        Octets preceding = preceding(2, 4, cipher.sealedLength(0));

        Opened opened = accept(preceding.concat(cipher.sealRaw(preceding, Octets.of((byte) 9))), 0);

        assertThat(opened).isInstanceOf(Opened.ProtectedError.class);
    }

    @Test
    @Tag("FRG-05")
    void repeatedFirstFragmentOfACompleteMessageProvesItsOrigin() {
        List<Octets> datagrams = fragments(500);
        acceptAll(datagrams, 0);

        Decoded.Fragment first = fragment(datagrams.getFirst());

        assertThat(first.number()).isEqualTo(1);
        assertThat(SkMessages.authentic(first, cipher)).isTrue();
        byte[] forged = datagrams.getFirst().toArray();
        forged[40] ^= 1;
        assertThat(SkMessages.authentic(fragment(Octets.wrap(forged)), cipher)).isFalse();
    }

    @Test
    void messageInOneFragmentIsComplete() {
        assertThat(accept(sealed(1, 1, "00000004"), 0)).isInstanceOf(Opened.Complete.class);
    }

    private List<Octets> fragments(int maxOctets) {
        return SkMessages.seal(MESSAGE, cipher, maxOctets);
    }

    private List<Octets> fragments(long messageId) {
        IkeHeader header = new IkeHeader(1, 2, ExchangeType.IKE_AUTH, true, false, messageId);
        return SkMessages.seal(new Message(header, MESSAGE.payloads()), cipher, 500);
    }

    private Opened accept(Octets datagram, long nowNanos) {
        return reassembler.accept(fragment(datagram), cipher, nowNanos);
    }

    private Opened acceptAll(List<Octets> datagrams, long nowNanos) {
        Opened last = new Opened.Pending(0, 0);
        for (Octets datagram : datagrams) {
            last = accept(datagram, nowNanos);
        }
        return last;
    }

    private static Decoded.Fragment fragment(Octets datagram) {
        Decoded decoded = MessageCodec.decode(datagram);
        assertThat(decoded).isInstanceOf(Decoded.Fragment.class);
        return (Decoded.Fragment) decoded;
    }

    private Octets sealed(int number, int total, String part) {
        Octets inner = Octets.fromHex(part);
        Octets preceding = preceding(number, total, cipher.sealedLength(inner.length()));
        return preceding.concat(cipher.seal(preceding, inner));
    }

    private static Octets datagram(int number, int total, String sealed) {
        return preceding(number, total, sealed.length() / 2).concat(Octets.fromHex(sealed));
    }

    private static Octets preceding(int number, int total, int sealed) {
        return new WireWriter()
                .i64(1)
                .i64(2)
                .u8(PayloadType.SKF.value())
                .u8(0x20)
                .u8(ExchangeType.IKE_AUTH.value())
                .u8(0x08)
                .u32(1)
                .u32(IkeHeader.LENGTH + 8 + sealed)
                .u8(number == 1 ? PayloadType.VENDOR_ID.value() : 0)
                .u8(0)
                .u16(8 + sealed)
                .u16(number)
                .u16(total)
                .toOctets();
    }
}
