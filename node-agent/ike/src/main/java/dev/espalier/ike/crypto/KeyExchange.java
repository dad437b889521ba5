package dev.espalier.ike.crypto;

import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.wire.Octets;
import java.security.SecureRandom;

/**
 * A key exchange method (transform type 4, RFC 7296 3.4; types 6 to 12, RFC 9370), in the shape of a KEM, which Diffie-Hellman also
 * fits: the initiator offers a public value, the responder answers with its own and already has the secret, the initiator completes.
 * What the peer sends is checked as RFC 6989, RFC 8031 and FIPS 203 demand (IKE-43); a bad value is a {@link Refused}, never an
 * exception.
 */
public interface KeyExchange {
    KeyExchangeMethod method();

    /** Begins as the initiator, with a fresh key pair. */
    Offer initiate(SecureRandom random);

    /** Answers an initiator's public value, with a fresh key pair or encapsulation. */
    Result respond(Octets initiatorPublic, SecureRandom random);

    static KeyExchange of(KeyExchangeMethod method) {
        return switch (method) {
            case X25519 -> XdhKeyExchange.X25519;
            case X448 -> XdhKeyExchange.X448;
            case ECP_256 -> EcpKeyExchange.P256;
            case ECP_384 -> EcpKeyExchange.P384;
            case ECP_521 -> EcpKeyExchange.P521;
            case MODP_2048 -> ModpKeyExchange.MODP_2048;
            case MODP_3072 -> ModpKeyExchange.MODP_3072;
            case MODP_4096 -> ModpKeyExchange.MODP_4096;
            case ML_KEM_512 -> MlKemKeyExchange.ML_KEM_512;
            case ML_KEM_768 -> MlKemKeyExchange.ML_KEM_768;
            case ML_KEM_1024 -> MlKemKeyExchange.ML_KEM_1024;
        };
    }

    /** The initiator's half, from its request until the reply. Closing it gives up the private key. */
    interface Offer extends AutoCloseable {
        KeyExchangeMethod method();

        /** Key Exchange Data of the KE payload. */
        Octets publicValue();

        /** Takes the responder's public value. May be called again after a {@link Refused}: the genuine reply may still come. */
        Result complete(Octets responderPublic);

        @Override
        void close();
    }

    /** What came of the peer's public value. */
    sealed interface Result permits Agreed, Refused {}

    /**
     * @param publicValue our own Key Exchange Data
     * @param secret belongs to the caller, who wipes it
     */
    record Agreed(Octets publicValue, Secret secret) implements Result {}

    /** @param reason for operators */
    record Refused(String reason) implements Result {}
}
