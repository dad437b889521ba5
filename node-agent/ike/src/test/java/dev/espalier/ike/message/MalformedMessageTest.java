package dev.espalier.ike.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("IKE-47")
class MalformedMessageTest {
    private static final String SPIS = "0123456789abcdef 1123456789abcdef";

    @ParameterizedTest
    @CsvSource({
        "nothing, ''",
        "27 octets, " + SPIS + " 00 20 25 08 00000001 000000",
        "length below the header's, " + SPIS + " 00 20 25 08 00000001 0000001b",
        "length above the datagram's, " + SPIS + " 00 20 25 08 00000001 0000001d",
        "length far above, " + SPIS + " 00 20 25 08 00000001 ffffffff",
        "length below the datagram's, " + SPIS + " 00 20 25 08 00000001 0000001c 00",
        "initiator SPI zero, 0000000000000000 1123456789abcdef 00 20 25 08 00000001 0000001c",
        "payload announced and none there, " + SPIS + " 29 20 25 08 00000001 0000001c",
        "payload length 0, " + SPIS + " 2b 20 25 08 00000001 00000020 00 00 0000",
        "payload length 3, " + SPIS + " 2b 20 25 08 00000001 00000020 00 00 0003",
        "payload length 0 that points to itself, " + SPIS + " 2b 20 25 08 00000001 00000020 2b 00 0000",
        "payload past the end, " + SPIS + " 2b 20 25 08 00000001 00000020 00 00 0005",
        "chain goes on at the end, " + SPIS + " 2b 20 25 08 00000001 00000020 2b 00 0004",
        "octets behind the chain, " + SPIS + " 2b 20 25 08 00000001 00000021 00 00 0004 00",
        "SK past the end, " + SPIS + " 2e 20 25 08 00000001 00000020 00 00 0008",
        "SK not last, " + SPIS + " 2e 20 25 08 00000001 00000024 2b 00 0004 00 00 0004",
        "SKF not last, " + SPIS + " 35 20 25 08 00000001 00000028 2b 00 0008 0001 0001 00 00 0004",
        "SKF without its fields, " + SPIS + " 35 20 25 08 00000001 00000023 00 00 0007 000100",
        "SK in IKE_SA_INIT, 0123456789abcdef 0000000000000000 2e 20 22 08 00000000 00000024 00 00 0008 01020304",
        "SKF in IKE_SA_INIT, 0123456789abcdef 0000000000000000 35 20 22 08 00000000 00000028 00 00 000c 0001 0001 01020304",
        "IKE_SA_INIT with message ID 1, 0123456789abcdef 0000000000000000 29 20 22 08 00000001 00000024 00 00 0008 00 00 4006",
        "IKE_SA_INIT request with responder SPI, " + SPIS + " 29 20 22 08 00000000 00000024 00 00 0008 00 00 4006",
        "IKE_SA_INIT request without I flag, 0123456789abcdef 0000000000000000 29 20 22 00 00000000 00000024 00 00 0008 00 00 4006",
        "IKE_SA_INIT response with I flag, " + SPIS + " 29 20 22 28 00000000 00000024 00 00 0008 00 00 4006",
        "IKE_SA_INIT request with nothing, 0123456789abcdef 0000000000000000 00 20 22 08 00000000 0000001c",
        "unprotected IKE_AUTH, " + SPIS + " 27 20 23 08 00000001 00000028 00 00 000c 0e 000000 01020304",
        "unprotected DELETE, " + SPIS + " 2a 20 25 08 00000001 00000024 00 00 0008 01 00 0000",
    })
    void isDroppedWithoutAnswer(String what, String octets) {
        Decoded decoded = MessageCodec.decode(Octets.fromHex(octets.replace(" ", "")));

        assertThat(decoded).as(what).isInstanceOf(Decoded.UnprotectedError.class);
    }

    @ParameterizedTest
    @CsvSource({
        "SA empty, 33, 00 00 0004",
        "KE of 3 octets, 34, 00 00 0007 001f00",
        "ID of 3 octets, 35, 00 00 0007 020000",
        "CERT empty, 37, 00 00 0004",
        "CERTREQ empty, 38, 00 00 0004",
        "AUTH of 3 octets, 39, 00 00 0007 0e0000",
        "notify of 3 octets, 41, 00 00 0007 000040",
        "notify SPI past the end, 41, 00 00 000a 03044009 c0ff",
        "notify with ESP SPI of 8, 41, 00 00 0010 03084009 c0ffee01c0ffee01",
        "notify with IKE SPI of 4, 41, 00 00 000c 01044009 c0ffee01",
        "delete of 3 octets, 42, 00 00 0007 030400",
        "delete with fewer SPIs than counted, 42, 00 00 000c 03040002 c0ffee01",
        "delete with more SPIs than counted, 42, 00 00 0010 03040001 c0ffee01 c0ffee02",
        "delete of 65535 SPIs of no octets, 42, 00 00 0008 0300ffff",
        "delete of 65535 SPIs of no octets for IKE, 42, 00 00 0008 0100ffff",
        "delete of ESP SPIs of 8, 42, 00 00 0010 03080001 c0ffee01c0ffee01",
        "delete of an IKE SPI, 42, 00 00 0010 01080001 c0ffee01c0ffee01",
        "TS empty, 44, 00 00 0004",
        "SK inside, 46, 00 00 0008 01020304",
        "SKF inside, 53, 00 00 000c 0001000101020304",
        "critical SK inside, 46, 00 80 0008 01020304",
        "first payload none and octets there, 0, 00 00 0004",
        "first payload and no octets, 43, ''",
    })
    void insideIsInvalidSyntax(String what, int firstInner, String inner) {
        assertThat(open(firstInner, inner)).as(what).isInstanceOfSatisfying(Opened.ProtectedError.class, error -> {
            assertThat(error.notifyType()).isEqualTo(NotifyType.INVALID_SYNTAX);
            assertThat(error.data()).isEqualTo(Octets.EMPTY);
        });
    }

    @ParameterizedTest
    @Tag("IKE-41")
    @CsvSource({"15, false", "16, true", "256, true", "257, false", "0, false"})
    void nonceHas16To256Octets(int octets, boolean sound) {
        String nonce = "00 00 %04x ".formatted(octets + 4) + "5a".repeat(octets);

        assertThat(
                        PayloadCodec.decode(PayloadType.NONCE, Octets.fromHex(nonce.replace(" ", "")))
                                instanceof PayloadCodec.Chain.Payloads)
                .isEqualTo(sound);
    }

    @Test
    @Tag("IKE-14")
    @Tag("IKE-35")
    void unknownCriticalPayloadInsideIsNamed() {
        assertThat(open(43, "c9 00 0004" + "00 80 0006 0102"))
                .isInstanceOfSatisfying(Opened.ProtectedError.class, error -> {
                    assertThat(error.notifyType()).isEqualTo(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD);
                    assertThat(error.data()).isEqualTo(Octets.fromHex("c9"));
                });
    }

    @Test
    @Tag("IKE-14")
    void unknownPayloadThatIsNotCriticalIsKeptAside() {
        assertThat(open(201, "2b 7f 0006 0102" + "00 00 0004"))
                .isInstanceOfSatisfying(
                        Opened.Complete.class,
                        opened -> assertThat(opened.message().payloads())
                                .containsExactly(
                                        new Payload.Unknown(new PayloadType(201), Octets.fromHex("0102")),
                                        new Payload.VendorId(Octets.EMPTY)));
    }

    @Test
    void payloadsAreBoundedInsideAndOutside() {
        String most = "2b000004".repeat(MessageCodec.MAX_PAYLOADS - 1) + "00000004";
        assertThat(open(43, most)).isInstanceOf(Opened.Complete.class);
        assertThat(open(43, "2b000004" + most)).isInstanceOf(Opened.ProtectedError.class);

        assertThat(MessageCodec.decode(cleartext(most))).isInstanceOf(Decoded.Cleartext.class);
        assertThat(MessageCodec.decode(cleartext("2b000004" + most)))
                .isEqualTo(new Decoded.UnprotectedError("too many payloads", "more than " + MessageCodec.MAX_PAYLOADS));
    }

    private static Octets cleartext(String chain) {
        return new WireWriter()
                .i64(1)
                .i64(2)
                .u8(43)
                .u8(0x20)
                .u8(37)
                .u8(0x08)
                .u32(5)
                .u32(IkeHeader.LENGTH + chain.length() / 2)
                .octets(Octets.fromHex(chain))
                .toOctets();
    }

    private static Opened open(int firstInner, String inner) {
        ChecksumSkCipher cipher = new ChecksumSkCipher(1);
        Octets plaintext = Octets.fromHex(inner.replace(" ", ""));
        int sk = PayloadHeader.LENGTH + cipher.sealedLength(plaintext.length());
        Octets preceding = new WireWriter()
                .i64(1)
                .i64(2)
                .u8(46)
                .u8(0x20)
                .u8(37)
                .u8(0x08)
                .u32(5)
                .u32(IkeHeader.LENGTH + sk)
                .u8(firstInner)
                .u8(0)
                .u16(sk)
                .toOctets();
        Decoded decoded = MessageCodec.decode(preceding.concat(cipher.seal(preceding, plaintext)));
        assertThat(decoded).isInstanceOf(Decoded.Encrypted.class);
        return SkMessages.open((Decoded.Encrypted) decoded, cipher);
    }
}
