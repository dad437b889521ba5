package dev.espalier.ike.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("SIG-02")
class SignatureSelfTestTest {
    @Test
    void thisJvmHasEverySchemeRight() {
        assertThat(SignatureSelfTest.failures()).isEmpty();
    }
}
