package dev.espalier.lab.api;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Keys of an API server of the lab: its CA, the key that signs service account tokens, the administrator's token. Kept in a folder (mode
 * 0600), so that clients survive a restart of the server.
 */
final class ServerIdentity {
    private static final Duration LIFETIME = Duration.ofDays(30);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final X509Certificate authority;
    private final PrivateKey authorityKey;
    private final KeyPair tokenKey;
    private final String adminToken;

    private ServerIdentity(X509Certificate authority, PrivateKey authorityKey, KeyPair tokenKey, String adminToken) {
        this.authority = authority;
        this.authorityKey = authorityKey;
        this.tokenKey = tokenKey;
        this.adminToken = adminToken;
    }

    /** A certificate with its key, both in PEM. The key is a secret: {@code toString} does not show it. */
    record Issued(String certificatePem, String keyPem) {
        @Override
        public String toString() {
            return "Issued[" + certificatePem.length() + " characters of certificate]";
        }
    }

    /** Reads the keys in {@code folder}, or makes them. */
    static ServerIdentity in(Path folder) throws IOException {
        try {
            Path token = folder.resolve("admin.token");
            if (Files.exists(token)) {
                return new ServerIdentity(
                        certificate(Files.readString(folder.resolve("ca.crt"))),
                        privateKey(Files.readString(folder.resolve("ca.key"))),
                        new KeyPair(
                                KeyFactory.getInstance("EC")
                                        .generatePublic(new X509EncodedKeySpec(
                                                der(Files.readString(folder.resolve("service-account.pub"))))),
                                privateKey(Files.readString(folder.resolve("service-account.key")))),
                        Files.readString(token).strip());
            }
            Files.createDirectories(folder);
            ServerIdentity made = create();
            writeSecret(folder.resolve("ca.crt"), made.authorityPem());
            writeSecret(folder.resolve("ca.key"), pem("PRIVATE KEY", made.authorityKey.getEncoded()));
            writeSecret(
                    folder.resolve("service-account.key"),
                    pem("PRIVATE KEY", made.tokenKey.getPrivate().getEncoded()));
            writeSecret(
                    folder.resolve("service-account.pub"),
                    pem("PUBLIC KEY", made.tokenKey.getPublic().getEncoded()));
            writeSecret(token, made.adminToken);
            return made;
        } catch (GeneralSecurityException e) {
            throw new IOException("unusable keys in " + folder + ": " + e.getMessage(), e);
        }
    }

    /** Keys that live as long as this object. */
    static ServerIdentity create() {
        KeyPair keys = newKeys();
        X500Principal name = new X500Principal("CN=espalier-lab-ca");
        X509v3CertificateBuilder builder = builder(name, name, keys);
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(
                    Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.digitalSignature));
        } catch (IOException e) {
            throw new IllegalStateException("cannot encode an extension", e);
        }
        byte[] token = new byte[32];
        RANDOM.nextBytes(token);
        return new ServerIdentity(
                sign(builder, keys.getPrivate()),
                keys.getPrivate(),
                newKeys(),
                HexFormat.of().formatHex(token));
    }

    String authorityPem() {
        return pem(authority);
    }

    KeyPair tokenKey() {
        return tokenKey;
    }

    String adminToken() {
        return adminToken;
    }

    /** A server certificate for names and addresses. */
    Issued issueServer(List<String> hosts) {
        KeyPair keys = newKeys();
        X509v3CertificateBuilder builder =
                builder(authority.getSubjectX500Principal(), new X500Principal("CN=kube-apiserver"), keys);
        try {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(hosts.stream().map(ServerIdentity::name).toArray(GeneralName[]::new)));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        } catch (IOException e) {
            throw new IllegalStateException("cannot encode an extension", e);
        }
        return issued(builder, keys);
    }

    /** A client certificate: {@code user} with {@code groups}. */
    Issued issueClient(String user, List<String> groups) {
        KeyPair keys = newKeys();
        StringBuilder subject = new StringBuilder("CN=" + user);
        groups.forEach(group -> subject.append(",O=").append(group));
        X509v3CertificateBuilder builder =
                builder(authority.getSubjectX500Principal(), new X500Principal(subject.toString()), keys);
        try {
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
        } catch (IOException e) {
            throw new IllegalStateException("cannot encode an extension", e);
        }
        return issued(builder, keys);
    }

    private Issued issued(X509v3CertificateBuilder builder, KeyPair keys) {
        return new Issued(
                pem(sign(builder, authorityKey)),
                pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
    }

    /** TLS with a fresh certificate for {@code hosts}; client certificates are verified against the CA. */
    SSLContext serverContext(List<String> hosts) {
        return context(issueServer(hosts));
    }

    /** TLS that trusts this CA alone and shows {@code issued}. */
    SSLContext context(Issued issued) {
        try {
            char[] password = new char[0];
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, password);
            keys.setKeyEntry("own", privateKey(issued.keyPem()), password, new X509Certificate[] {
                certificate(issued.certificatePem()), authority
            });
            KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keyManagers.init(keys, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers.getKeyManagers(), trust().getTrustManagers(), RANDOM);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot set TLS up", e);
        }
    }

    private TrustManagerFactory trust() throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", authority);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return trust;
    }

    static void writeSecret(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, text);
        Files.move(
                fresh,
                file,
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private static GeneralName name(String host) {
        boolean address = host.contains(":") || host.matches("[0-9.]+");
        return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host);
    }

    /** Names under which a server that listens on {@code address} is reached. */
    static List<String> hosts(InetAddress address) {
        List<String> hosts =
                new ArrayList<>(List.of("localhost", "127.0.0.1", "::1", "kubernetes", "kubernetes.default.svc"));
        if (!address.isAnyLocalAddress()) {
            hosts.add(address.getHostAddress().replaceFirst("%.*", ""));
        }
        return hosts.stream().distinct().toList();
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK makes no EC keys", e);
        }
    }

    private static X509v3CertificateBuilder builder(X500Principal issuer, X500Principal subject, KeyPair keys) {
        Instant now = Instant.now();
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(120, RANDOM),
                Date.from(now.minusSeconds(300)),
                Date.from(now.plus(LIFETIME)),
                subject,
                keys.getPublic());
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
        } catch (OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign a certificate", e);
        }
    }

    private static String pem(X509Certificate certificate) {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot encode a certificate", e);
        }
    }

    private static String pem(String type, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    }

    private static byte[] der(String pem) {
        return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    }

    private static X509Certificate certificate(String pem) throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    private static PrivateKey privateKey(String pem) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der(pem)));
    }
}
