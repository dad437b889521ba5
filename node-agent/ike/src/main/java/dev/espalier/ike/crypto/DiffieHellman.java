package dev.espalier.ike.crypto;

import dev.espalier.wire.Octets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.InvalidKeySpecException;

/** A key exchange in which both ends do the same. Checks of the peer's value throw {@link InvalidKeyException}, caught here. */
interface DiffieHellman extends KeyExchange {
    KeyPair generate(SecureRandom random) throws GeneralSecurityException;

    Octets encode(PublicKey key);

    /** Checks the peer's value in full. */
    PublicKey decode(Octets value) throws GeneralSecurityException;

    byte[] agree(PrivateKey own, PublicKey peer) throws GeneralSecurityException;

    @Override
    default Offer initiate(SecureRandom random) {
        KeyPair pair = freshPair(random);
        return new KeyPairOffer(method(), encode(pair.getPublic()), peer -> finish(pair, peer));
    }

    @Override
    default Result respond(Octets initiatorPublic, SecureRandom random) {
        return finish(freshPair(random), initiatorPublic);
    }

    private KeyPair freshPair(SecureRandom random) {
        try {
            return generate(random);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(this + " is not to be had from this JVM's providers", e);
        }
    }

    private Result finish(KeyPair own, Octets peer) {
        try {
            return new Agreed(encode(own.getPublic()), Secret.wrap(agree(own.getPrivate(), decode(peer))));
        } catch (InvalidKeyException | InvalidKeySpecException e) {
            return new Refused("public value for " + this + ": " + e.getMessage());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(this + " is not to be had from this JVM's providers", e);
        }
    }
}
