package dev.espalier.operator.pki;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A CA certificate with its key: ECDSA on P-256, path length 0 (RFC 5280 4.2). Signs nodes' certificates by a template of its own. */
final class CertificateAuthority {
    /** How far certificates reach back, for clocks that are slow (CSR-05). */
    static final Duration BACKDATING = Duration.ofMinutes(5);

    private static final int SERIAL_BITS = 127;

    private final X509Certificate certificate;
    private final PrivateKey key;

    /** Makes a CA that nobody trusts yet. */
    interface Maker {
        CertificateAuthority make();
    }

    private CertificateAuthority(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    /** A new CA under a name of its own, so that two generations can be told apart. */
    static CertificateAuthority generate(Duration lifetime, SecureRandom random, Instant now) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair pair = generator.generateKeyPair();
            byte[] generation = new byte[4];
            random.nextBytes(generation);
            X500Name name = new X500NameBuilder(BCStyle.INSTANCE)
                    .addRDN(BCStyle.O, "espalier")
                    .addRDN(BCStyle.CN, "espalier CA " + HexFormat.of().formatHex(generation))
                    .build();
            JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                            name,
                            serial(random),
                            Date.from(now.minus(BACKDATING)),
                            Date.from(now.plus(lifetime)),
                            name,
                            pair.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            identifiers.createSubjectKeyIdentifier(pair.getPublic()));
            return new CertificateAuthority(sign(builder, pair.getPrivate()), pair.getPrivate());
        } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
            throw new IllegalStateException("cannot make a CA: " + e.getMessage(), e);
        }
    }

    /**
     * Reads what {@link #certificatePem} and {@link #keyPem} wrote.
     *
     * @throws IllegalArgumentException when either is not readable, the certificate is no CA's, or the two do not belong together
     */
    static CertificateAuthority read(String certificatePem, String keyPem) {
        try (PEMParser keys = new PEMParser(new StringReader(keyPem))) {
            X509Certificate certificate = readCertificate(certificatePem);
            PrivateKeyInfo info = switch (keys.readObject()) {
                case PrivateKeyInfo plain -> plain;
                case PEMKeyPair pair -> pair.getPrivateKeyInfo();
                case null, default ->
                    throw new IllegalArgumentException("its tls.key or next.key holds no PEM private key");
            };
            PrivateKey key = new JcaPEMKeyConverter().getPrivateKey(info);
            CertificateAuthority authority = new CertificateAuthority(certificate, key);
            authority.requirePair();
            return authority;
        } catch (IOException e) {
            throw new IllegalArgumentException("CA key cannot be read: " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException when {@code pem} does not begin with the certificate of a CA */
    static X509Certificate readCertificate(String pem) {
        try (PEMParser certificates = new PEMParser(new StringReader(pem))) {
            if (!(certificates.readObject() instanceof X509CertificateHolder holder)) {
                throw new IllegalArgumentException("holds no PEM certificate of a CA");
            }
            X509Certificate certificate = new JcaX509CertificateConverter().getCertificate(holder);
            if (certificate.getBasicConstraints() < 0) {
                throw new IllegalArgumentException("certificate " + serialText(certificate) + " is not of a CA");
            }
            return certificate;
        } catch (IOException | CertificateException e) {
            throw new IllegalArgumentException("CA certificate cannot be read: " + e.getMessage(), e);
        }
    }

    X509Certificate certificate() {
        return certificate;
    }

    /** When it was made, by its own certificate. */
    Instant madeAt() {
        return certificate.getNotBefore().toInstant().plus(BACKDATING);
    }

    /** When it is time for the next one: after four fifths of its life. */
    Instant renewAt() {
        Duration life = Duration.between(madeAt(), certificate.getNotAfter().toInstant());
        return madeAt().plus(life.multipliedBy(4).dividedBy(5));
    }

    String certificatePem() {
        return pem(certificate);
    }

    /** PKCS #8. A secret: for the CA's Secret and nothing else. */
    String keyPem() {
        try {
            StringWriter text = new StringWriter();
            try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
                writer.writeObject(new JcaPKCS8Generator(key, null));
            }
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A node's certificate (CSR-03): SAN DNS, digitalSignature, client and server authentication.
     *
     * @param lifetime from {@code now} on; cut short where the CA itself ends
     */
    X509Certificate issue(String nodeName, PublicKey publicKey, Duration lifetime, SecureRandom random, Instant now) {
        try {
            JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
            Instant end = certificate.getNotAfter().toInstant();
            Instant notAfter = now.plus(lifetime).isAfter(end) ? end : now.plus(lifetime);
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                            X500Name.getInstance(
                                    certificate.getSubjectX500Principal().getEncoded()),
                            serial(random),
                            Date.from(now.minus(BACKDATING)),
                            Date.from(notAfter),
                            new X500NameBuilder(BCStyle.INSTANCE)
                                    .addRDN(BCStyle.O, PkiNames.ORGANIZATION)
                                    .addRDN(BCStyle.CN, nodeName)
                                    .build(),
                            publicKey)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                        KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth
                    }))
                    .addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(new GeneralName(GeneralName.dNSName, nodeName)))
                    .addExtension(
                            Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(publicKey))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            identifiers.createAuthorityKeyIdentifier(certificate.getPublicKey()));
            return sign(builder, key);
        } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
            throw new IllegalStateException("cannot sign a certificate of '" + nodeName + "': " + e.getMessage(), e);
        }
    }

    static String pem(X509Certificate certificate) {
        try {
            StringWriter text = new StringWriter();
            try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
                writer.writeObject(certificate);
            }
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lower-case hexadecimal without leading zeros, as in the deny list. */
    static String serialText(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "CertificateAuthority[" + certificate.getSubjectX500Principal() + ", serial " + serialText(certificate)
                + "]";
    }

    private void requirePair() {
        if (!(certificate.getPublicKey() instanceof ECPublicKey)) {
            throw new IllegalArgumentException("the CA's key is not an EC key");
        }
        try {
            certificate.verify(certificate.getPublicKey());
            X509Certificate probe = issue(
                    "probe", certificate.getPublicKey(), Duration.ofMinutes(1), new SecureRandom(), Instant.now());
            probe.verify(certificate.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the CA's certificate and key do not belong together", e);
        }
    }

    private static BigInteger serial(SecureRandom random) {
        BigInteger serial = new BigInteger(SERIAL_BITS, random);
        return serial.signum() == 0 ? serial(random) : serial;
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws OperatorCreationException, CertificateException {
        ContentSigner signer = new JcaContentSignerBuilder("SHA256withECDSA").build(key);
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }
}
