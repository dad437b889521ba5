package dev.espalier.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.Key;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;
import javax.crypto.MacSpi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

@Tag("ALG-01")
@ResourceLock("java.security.Security")
class CryptoSelfTestTest {
    @Test
    void thisJvmHasEveryTransformRight() {
        assertThat(CryptoSelfTest.failures(new SecureRandom())).isEmpty();
    }

    @Test
    void aProviderThatComputesWronglyIsFoundOutAndNamed() {
        Provider wrong = new WrongMac();
        Security.insertProviderAt(wrong, 1);
        try {
            assertThat(CryptoSelfTest.failures(new SecureRandom())).isEqualTo(List.of("prfsha384: wrong answer"));
        } finally {
            Security.removeProvider(wrong.getName());
        }
    }

    private static final class WrongMac extends Provider {
        WrongMac() {
            super("WrongMac", "1", "HmacSHA384 that is always zero");
            putService(new Service(this, "Mac", "HmacSHA384", ZeroMac.class.getName(), null, null));
        }
    }

    public static final class ZeroMac extends MacSpi {
        @Override
        protected int engineGetMacLength() {
            return 48;
        }

        @Override
        protected void engineInit(Key key, @Nullable AlgorithmParameterSpec parameters) {}

        @Override
        protected void engineUpdate(byte input) {}

        @Override
        protected void engineUpdate(byte[] input, int offset, int length) {}

        @Override
        protected byte[] engineDoFinal() {
            return new byte[48];
        }

        @Override
        protected void engineReset() {}
    }
}
