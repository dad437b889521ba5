package dev.espalier.agent.node;

import dev.espalier.agent.crypto.LibcryptoBackend;
import dev.espalier.agent.settings.AgentSettings;
import dev.espalier.esp.crypto.CipherBackend;
import dev.espalier.esp.crypto.JdkCipherBackend;
import dev.espalier.esp.crypto.NullCipherBackend;
import dev.espalier.linux.libcrypto.LibcryptoException;
import org.jboss.logging.Logger;

/** Which cipher implementation carries ESP, by {@code ESPALIER_CRYPTO} and {@code ESPALIER_LIBCRYPTO}. */
final class CipherChoice {
    private static final Logger LOG = Logger.getLogger(CipherChoice.class);

    private CipherChoice() {}

    /** @throws AgentException when the one that was asked for cannot be had; {@code auto} falls back to the JDK's and says so */
    static CipherBackend of(AgentSettings settings) throws AgentException {
        return switch (settings.crypto()) {
            case AUTO -> libcryptoOrJdk(settings);
            case LIBCRYPTO -> {
                try {
                    yield libcrypto(settings);
                } catch (LibcryptoException | LinkageError e) {
                    throw new AgentException("ESPALIER_CRYPTO=libcrypto: " + e.getMessage(), e);
                }
            }
            case JDK -> new JdkCipherBackend();
            case NULL -> {
                LOG.warn("ESPALIER_CRYPTO=null: packets are sent and taken UNPROTECTED");
                yield new NullCipherBackend();
            }
        };
    }

    private static CipherBackend libcryptoOrJdk(AgentSettings settings) {
        try {
            return libcrypto(settings);
        } catch (LibcryptoException | LinkageError e) {
            LOG.warnf("no libcrypto, ESP by the JDK's ciphers, which cost more: %s", e.getMessage());
            return new JdkCipherBackend();
        }
    }

    private static CipherBackend libcrypto(AgentSettings settings) {
        LibcryptoBackend backend = LibcryptoBackend.load(settings.libcryptoPath());
        if (!backend.isFast()) {
            LOG.warnf("%s: from OpenSSL 3.5 on ESP costs about half as much", backend.description());
        }
        return backend;
    }
}
