package dev.espalier.operator.pki;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.AlgorithmParameterSpec;
import java.util.function.Consumer;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Certification requests for tests. */
final class Requests {
    private Requests() {}

    static KeyPair keys(String algorithm, AlgorithmParameterSpec parameters) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(parameters);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As an agent asks. */
    static PKCS10CertificationRequest proper(KeyPair keys, String signature, String node) {
        return request(
                keys,
                keys,
                signature,
                "CN=" + node + ",O=espalier:nodes",
                extensions -> addNames(extensions, new GeneralName(GeneralName.dNSName, node)));
    }

    static PKCS10CertificationRequest request(
            KeyPair subject, KeyPair signer, String signature, String name, Consumer<ExtensionsGenerator> extensions) {
        try {
            ExtensionsGenerator generator = new ExtensionsGenerator();
            extensions.accept(generator);
            PKCS10CertificationRequestBuilder builder =
                    new JcaPKCS10CertificationRequestBuilder(new X500Principal(name), subject.getPublic());
            if (!generator.isEmpty()) {
                builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, generator.generate());
            }
            ContentSigner contentSigner = new JcaContentSignerBuilder(signature).build(signer.getPrivate());
            return builder.build(contentSigner);
        } catch (OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    static void addNames(ExtensionsGenerator extensions, GeneralName... names) {
        add(extensions, Extension.subjectAlternativeName, new GeneralNames(names));
    }

    static void add(ExtensionsGenerator extensions, ASN1ObjectIdentifier oid, ASN1Encodable value) {
        try {
            extensions.addExtension(oid, false, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] pem(Object... objects) {
        try {
            StringWriter text = new StringWriter();
            try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
                for (Object object : objects) {
                    writer.writeObject(object);
                }
            }
            return text.toString().getBytes(StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
