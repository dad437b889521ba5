package dev.espalier.testkit.pki;

import dev.espalier.ike.LocalCredentials;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A CA of ECDSA P-256 that makes node credentials as the operator does: subject {@code O=espalier:nodes, CN=<node>}, SAN DNS
 * {@code <node>}, digital signature, client and server. Keys are fresh each time; serial numbers count from 2. Errors are bugs of the
 * test and come unchecked. Not thread-safe.
 */
public final class TestPki {
    private static final Duration CA_LIFETIME = Duration.ofDays(3650);
    private static final Duration NODE_LIFETIME = Duration.ofHours(24);

    private final Instant now;
    private final KeyPair key;
    private final X509Certificate certificate;
    private long nextSerial = 2;

    private TestPki(String name, Instant now) {
        this.now = now;
        this.key = generateKey();
        X500Principal subject = new X500Principal("CN=" + name);
        this.certificate = sign(
                builder(
                        subject,
                        BigInteger.ONE,
                        now.minus(Duration.ofDays(1)),
                        now.plus(CA_LIFETIME),
                        subject,
                        key.getPublic()),
                new BasicConstraints(0),
                new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    }

    /**
     * A new CA.
     *
     * @param name its common name
     * @param now what the test takes for the present: the CA has been valid for a day then, node certificates for a minute
     */
    public static TestPki create(String name, Instant now) {
        return new TestPki(name, now);
    }

    public X509Certificate caCertificate() {
        return certificate;
    }

    /** Credentials of a node, good for 24 hours, that trust this CA. */
    public LocalCredentials node(String name) {
        return node(name, NODE_LIFETIME);
    }

    /** Credentials of a node that trust this CA, good for {@code lifetime} from the present. */
    public LocalCredentials node(String name, Duration lifetime) {
        return node(name, now.minus(Duration.ofMinutes(1)), now.plus(lifetime), List.of(certificate));
    }

    /** Credentials of a node that trust {@code anchors}, good from {@code notBefore} to {@code notAfter}. */
    public LocalCredentials node(String name, Instant notBefore, Instant notAfter, List<X509Certificate> anchors) {
        KeyPair own = generateKey();
        X509Certificate issued = certify(name, own.getPublic(), notBefore, notAfter);
        return new LocalCredentials(name, List.of(issued), own.getPrivate(), anchors);
    }

    /** A node's certificate for a key made elsewhere. */
    public X509Certificate certify(String name, PublicKey nodeKey, Instant notBefore, Instant notAfter) {
        X509v3CertificateBuilder builder = builder(
                certificate.getSubjectX500Principal(),
                BigInteger.valueOf(nextSerial++),
                notBefore,
                notAfter,
                new X500Principal("O=espalier:nodes, CN=" + name),
                nodeKey);
        try {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
        } catch (CertIOException e) {
            throw new UncheckedIOException(e);
        }
        return sign(builder, new BasicConstraints(false), new KeyUsage(KeyUsage.digitalSignature));
    }

    /** A list of this CA's that names these certificates, current from the present for {@code lifetime}. */
    public X509CRL revocationList(List<X509Certificate> revoked, Duration lifetime) {
        X509v2CRLBuilder builder = new JcaX509v2CRLBuilder(certificate, Date.from(now));
        builder.setNextUpdate(Date.from(now.plus(lifetime)));
        revoked.forEach(one -> builder.addCRLEntry(one.getSerialNumber(), Date.from(now), CRLReason.keyCompromise));
        try {
            return new JcaX509CRLConverter()
                    .getCRL(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes {@code tls.crt}, {@code tls.key} (PKCS #8) and {@code ca.crt}, as {@code ESPALIER_IDENTITY_DIR} holds them. */
    public static void write(LocalCredentials credentials, Path directory) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("tls.crt"), pem(credentials.chain()));
            Files.writeString(
                    directory.resolve("tls.key"), pem(List.of(new JcaPKCS8Generator(credentials.key(), null))));
            Files.writeString(directory.resolve("ca.crt"), pem(credentials.trustAnchors()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String pem(List<?> objects) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            for (Object object : objects) {
                writer.writeObject(object);
            }
        }
        return text.toString();
    }

    private static KeyPair generateKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509v3CertificateBuilder builder(
            X500Principal issuer,
            BigInteger serial,
            Instant notBefore,
            Instant notAfter,
            X500Principal subject,
            PublicKey subjectKey) {
        return new JcaX509v3CertificateBuilder(
                issuer, serial, Date.from(notBefore), Date.from(notAfter), subject, subjectKey);
    }

    private X509Certificate sign(X509v3CertificateBuilder builder, BasicConstraints constraints, KeyUsage usage) {
        try {
            builder.addExtension(Extension.basicConstraints, true, constraints);
            builder.addExtension(Extension.keyUsage, true, usage);
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
        } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }
}
