package dev.espalier.ike.auth;

import dev.espalier.ike.auth.CertificateForge.Entity;
import dev.espalier.ike.message.CertEncoding;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** What an honest peer would present. */
final class Proofs {
    private Proofs() {}

    static Payload.Authentication sign(Entity signer, Octets octets) {
        Signing signing = AuthSigner.sign(
                signer.key(),
                signer.certificate().getPublicKey(),
                EnumSet.allOf(HashAlgorithm.class),
                octets,
                new SecureRandom());
        if (signing instanceof Signing.Signed(Payload.Authentication auth)) {
            return auth;
        }
        throw new IllegalStateException(signing.toString());
    }

    static List<Payload.Certificate> payloads(Entity... entities) {
        List<Payload.Certificate> payloads = new ArrayList<>();
        for (Entity entity : entities) {
            try {
                payloads.add(new Payload.Certificate(
                        CertEncoding.X509_SIGNATURE,
                        Octets.wrap(entity.certificate().getEncoded())));
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException(e);
            }
        }
        return payloads;
    }
}
