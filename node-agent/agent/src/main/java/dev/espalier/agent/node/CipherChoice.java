package dev.espalier.agent.node;

import dev.espalier.agent.settings.AgentSettings;
import dev.espalier.esp.crypto.CipherBackend;
import dev.espalier.esp.crypto.JdkCipherBackend;

/** Which cipher implementation carries ESP, by {@code ESPALIER_CRYPTO}. */
final class CipherChoice {
    private CipherChoice() {}

    /** @throws AgentException when the one that was asked for is not in this build */
    static CipherBackend of(AgentSettings settings) throws AgentException {
        return switch (settings.crypto()) {
            case AUTO, JDK -> new JdkCipherBackend();
            case LIBCRYPTO ->
                throw new AgentException(
                        "ESPALIER_CRYPTO: this version has no 'libcrypto' data path yet; use 'jdk' or 'auto'");
            case NULL -> throw new AgentException("ESPALIER_CRYPTO: this version has no 'null' data path");
        };
    }
}
