package dev.espalier.agent.identity;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;

/** PEM in and out (RFC 7468), with errors that name what was being read. Passphrases are not supported: the agent starts by itself. */
final class Pem {
    private Pem() {}

    /** Every certificate of {@code pem}, in order; other objects are refused, and so is an empty text. */
    static List<X509Certificate> certificates(String what, String pem) throws IdentityException {
        List<X509Certificate> certificates = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
                if (!(next instanceof X509CertificateHolder holder)) {
                    throw new IdentityException(what + ": holds something else than certificates");
                }
                certificates.add(new JcaX509CertificateConverter().getCertificate(holder));
            }
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IdentityException(what + ": not a PEM certificate: " + e.getMessage(), e);
        }
        if (certificates.isEmpty()) {
            throw new IdentityException(what + ": holds no PEM certificate");
        }
        return certificates;
    }

    /** Every CRL of {@code pem}, in order; other objects are refused, and so is an empty text. */
    static List<X509CRL> revocationLists(String what, String pem) throws IdentityException {
        List<X509CRL> lists = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
                if (!(next instanceof X509CRLHolder holder)) {
                    throw new IdentityException(what + ": holds something else than CRLs");
                }
                lists.add(new JcaX509CRLConverter().getCRL(holder));
            }
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IdentityException(what + ": not a PEM CRL: " + e.getMessage(), e);
        }
        if (lists.isEmpty()) {
            throw new IdentityException(what + ": holds no PEM CRL");
        }
        return lists;
    }

    /** The one private key of {@code pem}: PKCS #8, or the older EC and RSA forms. */
    static PrivateKey privateKey(String what, String pem) throws IdentityException {
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
                if (next instanceof PEMKeyPair pair) {
                    return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
                }
                if (next instanceof PrivateKeyInfo info) {
                    return new JcaPEMKeyConverter().getPrivateKey(info);
                }
                // "openssl ecparam -genkey" writes the curve's parameters in front of the key.
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new IdentityException(what + ": not a PEM private key", e);
        }
        throw new IdentityException(what + ": holds no unencrypted PEM private key");
    }

    static String write(List<?> objects) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            for (Object object : objects) {
                writer.writeObject(object);
            }
        } catch (IOException e) {
            throw new IllegalStateException("writing PEM to memory", e);
        }
        return text.toString();
    }
}
