package dev.espalier.ike.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.proposal.Proposal;
import dev.espalier.ike.proposal.ProtocolId;
import dev.espalier.wire.Octets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages written out octet by octet from the figures of RFC 7296 3. */
class MessageVectorTest {
    private static final String SA_INIT_REQUEST =
            // IKE header: SPIs, next payload SA, version 2.0, IKE_SA_INIT, I flag, message ID 0, length 168
            "0123456789abcdef 0000000000000000 21 20 22 08 00000000 000000a8"
                    // SA -> KE, 40 octets: one proposal of three transforms
                    + "22 00 0028 00 00 0024 01 01 00 03"
                    + "03 00 000c 01 00 0014 800e 0100"
                    + "03 00 0008 02 00 0006"
                    + "00 00 0008 04 00 001f"
                    // KE -> Nonce, 40 octets: Curve25519
                    + "28 00 0028 001f 0000 " + "aa".repeat(32)
                    // Nonce -> Notify, 20 octets
                    + "29 00 0014 " + "bb".repeat(16)
                    // Notify -> Notify, 28 octets: NAT_DETECTION_SOURCE_IP
                    + "29 00 001c 00 00 4004 " + "cc".repeat(20)
                    // Notify -> Vendor ID, 8 octets: IKEV2_FRAGMENTATION_SUPPORTED
                    + "2b 00 0008 00 00 402e"
                    // Vendor ID, 4 octets
                    + "00 00 0004";

    private static final Message SA_INIT_MESSAGE = new Message(
            new IkeHeader(0x0123456789abcdefL, 0, ExchangeType.IKE_SA_INIT, true, false, 0),
            List.of(
                    new Payload.Sa(List.of(
                            Proposal.parseIke("aes256gcm16-prfsha384-x25519").numbered(1, Octets.EMPTY))),
                    new Payload.KeyExchange(31, Octets.fromHex("aa".repeat(32))),
                    new Payload.Nonce(Octets.fromHex("bb".repeat(16))),
                    Payload.Notify.of(NotifyType.NAT_DETECTION_SOURCE_IP, Octets.fromHex("cc".repeat(20))),
                    Payload.Notify.of(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED),
                    new Payload.VendorId(Octets.EMPTY)));

    @Test
    void handWrittenInitRequestDecodes() {
        Octets raw = hex(SA_INIT_REQUEST);

        assertThat(MessageCodec.decode(raw)).isEqualTo(new Decoded.Cleartext(SA_INIT_MESSAGE, raw));
    }

    @Test
    void initRequestEncodesToTheSameOctets() {
        assertThat(MessageCodec.encode(SA_INIT_MESSAGE)).isEqualTo(hex(SA_INIT_REQUEST));
    }

    @Test
    @Tag("IKE-12")
    @Tag("IKE-15")
    @Tag("IKE-16")
    void reservedBitsAndMinorVersionAreIgnoredButKeptInTheRawOctets() {
        Octets dirty = hex(SA_INIT_REQUEST
                .replace("21 20 22 08", "21 2f 22 df") // minor version 15, flags X, V and reserved; not R
                .replace("22 00 0028 00 00 0024", "22 7f 0028 00 ff 0024")
                .replace("28 00 0028 001f 0000", "28 7f 0028 001f ffff")
                .replace("29 00 0014", "29 7f 0014"));

        assertThat(MessageCodec.decode(dirty)).isEqualTo(new Decoded.Cleartext(SA_INIT_MESSAGE, dirty));
    }

    @Test
    @Tag("IKE-14")
    void criticalBitOnKnownPayloadsIsIgnored() {
        Octets critical =
                hex(SA_INIT_REQUEST.replace("22 00 0028", "22 80 0028").replace("2b 00 0008", "2b 80 0008"));

        assertThat(MessageCodec.decode(critical)).isEqualTo(new Decoded.Cleartext(SA_INIT_MESSAGE, critical));
    }

    @Test
    @Tag("IKE-16")
    void identificationKeepsItsReservedOctets() {
        // IDi -> AUTH: ID_FQDN with dirty reserved octets
        Octets chain = hex("27 00 000d 02 aabbcc 6e6f646531" + "00 00 000a 0e 010203 abcd");

        assertThat(PayloadCodec.decode(PayloadType.ID_I, chain))
                .isInstanceOfSatisfying(PayloadCodec.Chain.Payloads.class, decoded -> {
                    Payload.Identification id =
                            (Payload.Identification) decoded.payloads().getFirst();
                    assertThat(id.body()).isEqualTo(hex("02aabbcc6e6f646531"));
                    assertThat(id.idType()).isEqualTo(IdType.ID_FQDN);
                    assertThat(id.data()).isEqualTo(Octets.fromHex("6e6f646531"));
                    assertThat(decoded.payloads().getLast())
                            .isEqualTo(
                                    new Payload.Authentication(AuthMethod.DIGITAL_SIGNATURE, Octets.fromHex("abcd")));
                });
    }

    @Test
    @Tag("IKE-15")
    void ownIdentificationHasCleanReservedOctets() {
        assertThat(Payload.Identification.of(false, IdType.ID_FQDN, Octets.fromHex("6e"))
                        .body())
                .isEqualTo(Octets.fromHex("020000006e"));
    }

    @Test
    void payloadsOfAnInformationalEncodeAsInTheFigures() {
        List<Payload> payloads = List.of(
                new Payload.Delete(ProtocolId.ESP, List.of(Octets.fromHex("c0ffee01"), Octets.fromHex("c0ffee02"))),
                new Payload.Delete(ProtocolId.IKE, List.of()),
                new Payload.Notify(ProtocolId.ESP, Octets.fromHex("c0ffee03"), NotifyType.REKEY_SA, Octets.EMPTY));

        assertThat(MessageCodec.encodeInner(payloads))
                .isEqualTo(hex("2a 00 0010 03 04 0002 c0ffee01 c0ffee02"
                        + "29 00 0008 01 00 0000"
                        + "00 00 000c 03 04 4009 c0ffee03"));
    }

    @Test
    @Tag("IKE-12")
    void laterMajorVersionIsRefusedByOneReplyThatSaysTwo() {
        Octets request = hex("0123456789abcdef 0000000000000000 21 30 22 08 00000000 00000030" + "00".repeat(20));

        assertThat(MessageCodec.decode(request)).isInstanceOfSatisfying(Decoded.Refused.class, refused -> {
            assertThat(refused.notifyType()).isEqualTo(NotifyType.INVALID_MAJOR_VERSION);
            assertThat(MessageCodec.refusal(refused))
                    .isEqualTo(hex("0123456789abcdef 0000000000000000 29 20 22 20 00000000 00000024"
                            + "00 00 0008 00 00 0005"));
        });
    }

    @Test
    @Tag("IKE-12")
    void responseOfALaterVersionIsNotAnswered() {
        Octets response = hex("0123456789abcdef 0000000000000000 21 30 22 28 00000000 0000001c");

        assertThat(MessageCodec.decode(response)).isInstanceOf(Decoded.UnprotectedError.class);
    }

    @ParameterizedTest
    @Tag("IKE-13")
    @CsvSource({
        "IKEv1 main mode, 10, 02",
        "IKEv1 aggressive mode, 10, 04",
        "IKEv1 quick mode, 10, 20",
        "version 0, 00, 22",
        "exchange 0, 20, 00",
        "IKEv1's exchange in version 2, 20, 02",
        "an exchange before the first, 20, 21",
        "session resumption, 20, 26",
        "the last exchange, 20, ff",
    })
    void oldVersionsAndOtherExchangesAreDropped(String what, String version, String exchange) {
        Octets datagram = hex("0123456789abcdef 0000000000000000 00" + version + exchange + "08 00000000 0000001c");

        assertThat(MessageCodec.decode(datagram)).as(what).isInstanceOf(Decoded.UnprotectedError.class);
    }

    @Test
    @Tag("IKE-14")
    void unknownCriticalPayloadInAnInitRequestIsRefusedByItsType() {
        Octets request = hex("0123456789abcdef 0000000000000000 c8 20 22 08 00000000 00000020 00 80 0004");

        assertThat(MessageCodec.decode(request)).isInstanceOfSatisfying(Decoded.Refused.class, refused -> {
            assertThat(refused.notifyType()).isEqualTo(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD);
            assertThat(refused.data()).isEqualTo(Octets.fromHex("c8"));
            assertThat(MessageCodec.refusal(refused))
                    .isEqualTo(hex("0123456789abcdef 0000000000000000 29 20 22 20 00000000 00000025"
                            + "00 00 0009 00 00 0001 c8"));
        });
    }

    @Test
    @Tag("IKE-14")
    void unknownCriticalPayloadInAResponseIsDropped() {
        Octets response = hex("0123456789abcdef 1123456789abcdef c8 20 22 20 00000000 00000020 00 80 0004");

        assertThat(MessageCodec.decode(response))
                .isEqualTo(new Decoded.UnprotectedError("unsupported critical payload", "PAYLOAD_200"));
    }

    @Test
    @Tag("IKE-36")
    void unprotectedNotifyOutsideOfInitDecodesAsWhatItIs() {
        Octets response = hex("0123456789abcdef 1123456789abcdef 29 20 25 20 00000007 00000024 00 00 0008 00 00 0004");

        assertThat(MessageCodec.decode(response))
                .isInstanceOfSatisfying(
                        Decoded.Cleartext.class,
                        cleartext -> assertThat(cleartext
                                        .message()
                                        .error()
                                        .orElseThrow()
                                        .notifyType())
                                .isEqualTo(NotifyType.INVALID_IKE_SPI));
    }

    private static Octets hex(String octets) {
        return Octets.fromHex(octets.replace(" ", ""));
    }
}
