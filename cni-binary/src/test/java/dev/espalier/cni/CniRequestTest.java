package dev.espalier.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CniRequestTest {
    private static final Map<String, String> GOOD = Map.of(
            "CNI_COMMAND", "ADD",
            "CNI_CONTAINERID", "0123456789abcdef",
            "CNI_NETNS", "/run/netns/x",
            "CNI_IFNAME", "eth0",
            "CNI_ARGS", "K8S_POD_NAME=web");

    private static CniRequest with(String variable, String value) {
        Map<String, String> environment = new HashMap<>(GOOD);
        environment.put(variable, value);
        return CniRequest.of(environment, "{}");
    }

    @ParameterizedTest
    @CsvSource({
        "ADD,CNI_CONTAINERID",
        "ADD,CNI_NETNS",
        "ADD,CNI_IFNAME",
        "CHECK,CNI_CONTAINERID",
        "CHECK,CNI_NETNS",
        "CHECK,CNI_IFNAME",
        "DEL,CNI_CONTAINERID",
        "DEL,CNI_IFNAME"
    })
    @Tag("CNI-02")
    void whatACommandNeedsIsNamedWhenMissing(String command, String variable) {
        CniRequest request = with(variable, "");
        CniRequest asked = new CniRequest(
                command, request.containerId(), request.netns(), request.ifName(), request.args(), request.config());

        assertThatThrownBy(asked::validate)
                .isInstanceOfSatisfying(
                        CniFailure.class, e -> assertThat(e.code()).isEqualTo(CniErrorCode.INVALID_ENVIRONMENT))
                .hasMessage(variable + " is missing");
    }

    @Test
    @Tag("CNI-06")
    void delNeedsNoNamespace() {
        assertThatCode(() -> new CniRequest("DEL", "c", "", "eth0", "", "{}").validate())
                .doesNotThrowAnyException();
        assertThatCode(() -> new CniRequest("GC", "", "", "", "", "{}").validate())
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @Tag("CNI-15")
    @ValueSource(strings = {"../x", "-a", "a/b", "a b", "é", ".", "a\u0000b", "$(reboot)", "a;b"})
    void hostileContainerNamesAreRefused(String id) {
        assertThatThrownBy(() -> with("CNI_CONTAINERID", id).validate()).hasMessageContaining("CNI_CONTAINERID");
    }

    @ParameterizedTest
    @Tag("CNI-15")
    @ValueSource(strings = {".", "..", "a/b", "a:b", "a b", "sixteen-octets-x", "eth%d", "a\u0000b", "a\nb", "é"})
    void hostileInterfaceNamesAreRefused(String name) {
        assertThatThrownBy(() -> with("CNI_IFNAME", name).validate()).hasMessageContaining("CNI_IFNAME");
    }

    @Test
    @Tag("CNI-15")
    void lengthsAndPathsAreBounded() {
        assertThatThrownBy(() -> with("CNI_CONTAINERID", "a".repeat(129)).validate())
                .hasMessageContaining("CNI_CONTAINERID");
        assertThatThrownBy(() -> with("CNI_NETNS", "netns").validate()).hasMessageContaining("CNI_NETNS");
        assertThatThrownBy(() -> with("CNI_NETNS", "/" + "a".repeat(4096)).validate())
                .hasMessageContaining("CNI_NETNS");
        assertThatThrownBy(() -> with("CNI_ARGS", "a".repeat(20_000)).validate())
                .hasMessageContaining("CNI_ARGS");
        assertThatThrownBy(() -> with("CNI_COMMAND", "RUN").validate()).hasMessageContaining("CNI_COMMAND");
        assertThatThrownBy(() -> with("CNI_COMMAND", "").validate()).hasMessage("CNI_COMMAND is missing");
    }

    @Test
    void decodesWhatItEncodes() throws Exception {
        CniRequest request = CniRequest.of(GOOD, "{\"name\":\"é😀\"}");
        assertThat(CniRequest.decode(frame(request.encode()))).isEqualTo(request);
        CniReply reply = new CniReply(1, "{\"msg\":\"é\"}");
        assertThat(CniReply.decode(frame(reply.encode()))).isEqualTo(reply);
    }

    @Test
    void everyCutOrLongerMessageIsRefused() throws Exception {
        byte[] body = frame(CniRequest.of(GOOD, "{}").encode());
        for (int length = 0; length < body.length; length++) {
            byte[] cut = Arrays.copyOf(body, length);
            assertThatThrownBy(() -> CniRequest.decode(cut)).isInstanceOf(CniFailure.class);
        }
        assertThatThrownBy(() -> CniRequest.decode(Arrays.copyOf(body, body.length + 1)))
                .isInstanceOf(CniFailure.class);
        byte[] whole = CniRequest.of(GOOD, "{}").encode();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> frame(cut)).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> frame("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII)))
                .hasMessageContaining("not a message");
    }

    @Test
    void aHugeLengthIsRefusedBeforeMemoryIsTaken() {
        byte[] huge = {0x45, 0x43, 0x4e, 0x31, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff};
        assertThatThrownBy(() -> frame(huge)).hasMessageContaining("not a message");
    }

    private static byte[] frame(byte[] octets) throws IOException {
        return Frame.read(Channels.newChannel(new ByteArrayInputStream(octets)));
    }
}
