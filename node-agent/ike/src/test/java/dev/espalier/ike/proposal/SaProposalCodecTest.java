package dev.espalier.ike.proposal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireFormatException;
import dev.espalier.wire.WireWriter;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("IKE-47")
class SaProposalCodecTest {
    /** Written by hand from RFC 7296 3.3.1, 3.3.2 and 3.3.5. */
    private static final String ESP_GCM =
            "00 00 0020 01 03 04 02 c0ffee01" // last proposal, 32 octets, number 1, ESP, SPI of 4, 2 transforms
                    + "03 00 000c 01 00 0014 800e 0100" // more, 12 octets, ENCR AES-GCM-16, Key Length 256
                    + "00 00 0008 05 00 0001"; // last, 8 octets, ESN

    @Test
    void handWrittenProposalDecodes() {
        assertThat(decode(ESP_GCM))
                .containsExactly(Proposal.parseEsp("aes256gcm16-esn").numbered(1, Octets.fromHex("c0ffee01")));
    }

    @Test
    void proposalEncodesToTheSameOctets() {
        assertThat(encode(List.of(Proposal.parseEsp("aes256gcm16-esn").numbered(1, Octets.fromHex("c0ffee01")))))
                .isEqualTo(hex(ESP_GCM));
    }

    @Test
    void severalProposalsAreMarkedAsMoreAndLast() {
        List<SaProposal> proposals = List.of(
                Proposal.parseIke("aes256gcm16-prfsha384-x25519").numbered(1, Octets.EMPTY),
                Proposal.parseIke("aes128-sha256-ecp256").numbered(2, Octets.fromHex("0102030405060708")));

        Octets encoded = encode(proposals);

        assertThat(encoded.get(0)).isEqualTo(2);
        assertThat(SaProposalCodec.decode(encoded.reader("SA"))).isEqualTo(proposals);
    }

    @Test
    @Tag("IKE-15")
    void reservedOctetsAreIgnored() {
        String dirty = ESP_GCM.replace("00 00 0020", "00 ff 0020")
                .replace("03 00 000c 01 00", "03 ff 000c 01 ff")
                .replace("00 00 0008 05 00", "00 ff 0008 05 ff");

        assertThat(decode(dirty)).isEqualTo(decode(ESP_GCM));
    }

    @ParameterizedTest
    @Tag("IKE-21")
    @CsvSource({
        "unknown fixed attribute, 00000024 01030401 c0ffee01 00000018 01000014 800e0100 80630001 80640000, 80630001 80640000",
        "unknown attribute of 3 octets, 00000023 01030401 c0ffee01 00000017 01000014 800e0100 00630003 aabbcc, 00630003 aabbcc",
        "key length in long form, 00000020 01030401 c0ffee01 00000014 01000014 800e0100 000e0000, 000e0000",
        "second key length, 0000001c 01030401 c0ffee01 00000010 01000014 800e0100 800e0080, 800e0080",
        "key length of zero, 0000001c 01030401 c0ffee01 00000010 01000014 800e0000 800e0100, 800e0000",
    })
    void attributesThatAreNotUnderstoodStayWithTheirTransform(String what, String octets, String others) {
        String sized = fixLengths(octets);

        Transform transform = decode(sized).getFirst().proposal().transforms().getFirst();

        assertThat(transform).isEqualTo(new Transform(TransformType.ENCRYPTION, 20, 256, hex(others)));
        assertThat(encode(decode(sized)).length()).isEqualTo(hex(sized).length());
    }

    @ParameterizedTest
    @CsvSource({
        "empty, ''",
        "cut in the header, 00000020",
        "proposal longer than the payload, 00000021 01030402 c0ffee01 0300000c 01000014 800e0100 00000008 05000001",
        "proposal shorter than its header, 00000007 01030400",
        "proposal of length zero, 00000000 01030400 c0ffee01",
        "trailing octets, 00000020 01030402 c0ffee01 0300000c 01000014 800e0100 00000008 05000001 00",
        "more announced and none there, 02000020 01030402 c0ffee01 0300000c 01000014 800e0100 00000008 05000001",
        "strange last substructure, 01000020 01030402 c0ffee01 0300000c 01000014 800e0100 00000008 05000001",
        "fewer transforms than counted, 00000020 01030403 c0ffee01 0300000c 01000014 800e0100 03000008 05000001",
        "more transforms than counted, 00000020 01030401 c0ffee01 0000000c 01000014 800e0100 00000008 05000001",
        "last transform marked as more, 00000020 01030402 c0ffee01 0300000c 01000014 800e0100 03000008 05000001",
        "first transform marked as last, 00000020 01030402 c0ffee01 0000000c 01000014 800e0100 00000008 05000001",
        "transform of length zero, 00000014 01030401 c0ffee01 00000000 01000014",
        "transform shorter than its header, 00000014 01030401 c0ffee01 00000007 01000014",
        "transform past the end, 00000014 01030401 c0ffee01 00000009 01000014",
        "half an attribute, 00000016 01030401 c0ffee01 0000000a 01000014 800e",
        "attribute past the end, 00000018 01030401 c0ffee01 0000000c 01000014 00630001",
        "ESP SPI of 8 octets, 00000018 01030801 c0ffee01c0ffee01 00000008 05000000",
        "ESP without SPI, 00000010 01030001 00000008 05000000",
        "IKE SPI of 4 octets, 00000014 01010401 c0ffee01 00000008 05000000",
        "SPI past the end, 00000008 0103ff00",
    })
    void malformedProposalsAreRefused(String what, String octets) {
        assertThatThrownBy(() -> decode(octets)).as(what).isInstanceOf(WireFormatException.class);
    }

    @Test
    void proposalsAreBounded() {
        List<SaProposal> most = IntStream.rangeClosed(1, SaProposalCodec.MAX_PROPOSALS)
                .mapToObj(n -> Proposal.parseIke("aes256gcm16-prfsha384-x25519").numbered(n, Octets.EMPTY))
                .toList();
        assertThat(SaProposalCodec.decode(encode(most).reader("SA"))).hasSize(SaProposalCodec.MAX_PROPOSALS);

        Octets oneMore = encode(IntStream.rangeClosed(0, SaProposalCodec.MAX_PROPOSALS)
                .mapToObj(n -> most.getFirst())
                .toList());
        assertThatThrownBy(() -> SaProposalCodec.decode(oneMore.reader("SA")))
                .isInstanceOf(WireFormatException.class)
                .hasMessageContaining("more than 64 proposals");
    }

    @Test
    void proposalWithoutTransformsIsWellFormedAndNeverChosen() {
        List<SaProposal> empty = decode("00000008 01010000");

        assertThat(empty).containsExactly(new SaProposal(1, Octets.EMPTY, new Proposal(ProtocolId.IKE, List.of())));
        assertThat(ProposalSelection.choose(empty, List.of(Proposal.parseIke("aes256gcm16-prfsha384-x25519"))))
                .isEmpty();
    }

    /** Proposal and transform lengths of a single proposal with a single transform. */
    private static String fixLengths(String octets) {
        String plain = octets.replace(" ", "");
        int proposal = plain.length() / 2;
        int transform = proposal - 12;
        return plain.substring(0, 4)
                + "%04x".formatted(proposal)
                + plain.substring(8, 28)
                + "%04x".formatted(transform)
                + plain.substring(32);
    }

    private static List<SaProposal> decode(String octets) {
        return SaProposalCodec.decode(hex(octets).reader("SA"));
    }

    private static Octets encode(List<SaProposal> proposals) {
        WireWriter out = new WireWriter();
        SaProposalCodec.encode(proposals, out);
        return out.toOctets();
    }

    private static Octets hex(String octets) {
        return Octets.fromHex(octets.replace(" ", ""));
    }
}
