package dev.espalier.ike.auth;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Makes certificates of any shape, wrong ones above all. */
final class CertificateForge {
    static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private static final AtomicLong SERIAL = new AtomicLong(100);

    /** One RSA key of each shape for all tests: making one takes up to a second, and none of them minds that another has it, too. */
    private static final Map<String, KeyPair> RSA_KEYS = new ConcurrentHashMap<>();

    private static final BouncyCastleProvider BOUNCY_CASTLE = new BouncyCastleProvider();

    private final String subject;
    private final List<Extension> extensions = new ArrayList<>();
    private KeyPair keys = ecKey("secp256r1");
    private BigInteger serial = BigInteger.valueOf(SERIAL.incrementAndGet());
    private Instant notBefore = NOW.minus(Duration.ofHours(1));
    private Instant notAfter = NOW.plus(Duration.ofHours(1));
    private String signature = "SHA256withECDSA";

    private CertificateForge(String subject) {
        this.subject = subject;
    }

    /** A certificate with its private key. */
    record Entity(X509Certificate certificate, PrivateKey key) {
        @Override
        public String toString() {
            return certificate.getSubjectX500Principal().getName();
        }
    }

    static CertificateForge bare(String subject) {
        return new CertificateForge(subject);
    }

    /** A proper CA without a path length. */
    static CertificateForge ca(String commonName) {
        return bare("CN=" + commonName)
                .with(Extension.basicConstraints, true, new BasicConstraints(true))
                .keyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
    }

    static CertificateForge ca(String commonName, int pathLength) {
        return bare("CN=" + commonName)
                .with(Extension.basicConstraints, true, new BasicConstraints(pathLength))
                .keyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
    }

    /** A proper node certificate as the operator makes it. */
    static CertificateForge node(String name) {
        return bare("O=espalier:nodes, CN=" + name)
                .with(Extension.basicConstraints, true, new BasicConstraints(false))
                .keyUsage(KeyUsage.digitalSignature)
                .extendedKeyUsage(KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth)
                .names(new GeneralName(GeneralName.dNSName, name));
    }

    CertificateForge with(ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {
        try {
            without(oid);
            extensions.add(new Extension(oid, critical, value.toASN1Primitive().getEncoded("DER")));
            return this;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    CertificateForge without(ASN1ObjectIdentifier oid) {
        extensions.removeIf(extension -> extension.getExtnId().equals(oid));
        return this;
    }

    CertificateForge keyUsage(int bits) {
        return with(Extension.keyUsage, true, new KeyUsage(bits));
    }

    CertificateForge extendedKeyUsage(KeyPurposeId... purposes) {
        return with(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
    }

    CertificateForge names(GeneralName... names) {
        return with(Extension.subjectAlternativeName, false, new GeneralNames(names));
    }

    CertificateForge permits(String dns) {
        GeneralName name = new GeneralName(GeneralName.dNSName, dns);
        return with(Extension.nameConstraints, true, new NameConstraints(subtree(name), null));
    }

    CertificateForge excludes(String dns) {
        return excludes(new GeneralName(GeneralName.dNSName, dns));
    }

    CertificateForge excludes(GeneralName name) {
        return with(Extension.nameConstraints, true, new NameConstraints(null, subtree(name)));
    }

    CertificateForge valid(Instant from, Instant to) {
        notBefore = from;
        notAfter = to;
        return this;
    }

    CertificateForge serial(long value) {
        serial = BigInteger.valueOf(value);
        return this;
    }

    CertificateForge keys(KeyPair value) {
        keys = value;
        return this;
    }

    CertificateForge signedWith(String algorithm) {
        signature = algorithm;
        return this;
    }

    Entity selfSigned() {
        return issue(new X500Principal(subject), keys.getPrivate());
    }

    Entity issuedBy(Entity issuer) {
        return issue(issuer.certificate().getSubjectX500Principal(), issuer.key());
    }

    private Entity issue(X500Principal issuer, PrivateKey issuerKey) {
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    serial,
                    Date.from(notBefore),
                    Date.from(notAfter),
                    new X500Principal(subject),
                    keys.getPublic());
            for (Extension extension : extensions) {
                builder.addExtension(extension);
            }
            JcaContentSignerBuilder signer = new JcaContentSignerBuilder(signature);
            if (signature.endsWith("MGF1")) {
                // By this name only BouncyCastle knows RSASSA-PSS.
                signer.setProvider(BOUNCY_CASTLE);
            }
            X509Certificate certificate =
                    new JcaX509CertificateConverter().getCertificate(builder.build(signer.build(issuerKey)));
            return new Entity(certificate, keys.getPrivate());
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static GeneralSubtree[] subtree(GeneralName name) {
        return new GeneralSubtree[] {new GeneralSubtree(name)};
    }

    static KeyPair ecKey(String curve) {
        return key("EC", new ECGenParameterSpec(curve));
    }

    static KeyPair rsaKey(int bits, BigInteger exponent) {
        return RSA_KEYS.computeIfAbsent(
                bits + "/" + exponent, k -> key("RSA", new RSAKeyGenParameterSpec(bits, exponent)));
    }

    static KeyPair ed25519Key() {
        return key("Ed25519", null);
    }

    static KeyPair ed448Key() {
        return key("Ed448", null);
    }

    private static KeyPair key(String algorithm, @Nullable AlgorithmParameterSpec spec) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (spec != null) {
                generator.initialize(spec);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
