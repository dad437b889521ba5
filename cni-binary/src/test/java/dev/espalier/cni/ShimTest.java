package dev.espalier.cni;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The shim in Java. */
class ShimTest extends ShimContract {

    @Override
    CniReply run(Map<String, String> environment, byte[] stdin) {
        return Shim.run(environment, new ByteArrayInputStream(stdin));
    }

    @Test
    @Tag("CNI-02")
    void standardInputThatFails() throws Exception {
        InputStream broken = InputStream.nullInputStream();
        broken.close();

        CniReply reply = Shim.run(Map.of("CNI_COMMAND", "STATUS"), broken);

        assertThat(reply.exitCode()).isEqualTo(1);
        assertThat(reply.output()).contains("\"code\":5");
    }
}
