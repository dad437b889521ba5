package dev.espalier.e2e.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages against RFC 1035 and the server's zone. */
class DnsTest {
    @TempDir
    Path folder;

    @Test
    void aQuestionIsEncodedAsTheRfcHasIt() {
        byte[] octets = DnsMessage.question(0x1234, "a.test", DnsMessage.A).encode();

        assertThat(HexFormat.of().formatHex(octets))
                .isEqualTo("123401000001000000000000" + "0161047465737400" + "00010001");
    }

    @Test
    void anAnswerIsReadBackAsItWasWritten() {
        DnsMessage answer = DnsMessage.question(7, "a.test", DnsMessage.A).answer(0, List.of("192.0.2.7", "192.0.2.8"));

        assertThat(DnsMessage.decode(answer.encode())).isEqualTo(answer);
    }

    @Test
    void anAnswerTooLargeForADatagramIsTruncatedThereAlone() throws IOException {
        DnsServer server = new DnsServer(folder.resolve("none"));
        DnsMessage answer = server.answer(DnsMessage.question(7, DnsServer.LARGE, DnsMessage.TXT));

        DnsMessage overUdp = DnsMessage.decode(answer.encodeForUdp());
        DnsMessage overTcp = DnsMessage.decode(answer.encode());

        assertThat(overUdp.truncated()).isTrue();
        assertThat(overUdp.answers()).isEmpty();
        assertThat(overTcp.truncated()).isFalse();
        assertThat(overTcp.answers()).hasSize(20).allMatch(text -> text.length() == 200);
    }

    @Test
    void aNameOfTheZoneHasItsAddressesAndAnotherDoesNotExist() throws IOException {
        Path zone = Files.writeString(folder.resolve("zone"), "a.test 192.0.2.7 192.0.2.8\nb.test 192.0.2.9\n");
        DnsServer server = new DnsServer(zone);

        assertThat(server.answer(DnsMessage.question(1, "a.test", DnsMessage.A)).answers())
                .containsExactly("192.0.2.7", "192.0.2.8");
        assertThat(server.answer(DnsMessage.question(1, "a.test", DnsMessage.TXT)))
                .matches(answer -> answer.code() == 0 && answer.answers().isEmpty());
        assertThat(server.answer(DnsMessage.question(1, "c.test", DnsMessage.A)).code())
                .isEqualTo(DnsMessage.NO_SUCH_NAME);
    }

    @Test
    void whatEndsTooEarlyIsNoMessage() {
        byte[] octets = DnsMessage.question(7, "a.test", DnsMessage.A).encode();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> DnsMessage.decode(java.util.Arrays.copyOf(octets, octets.length - 3)));
    }
}
