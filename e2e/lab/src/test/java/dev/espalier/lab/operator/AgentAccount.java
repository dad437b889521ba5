package dev.espalier.lab.operator;

import dev.espalier.lab.probe.ProbeClient;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** What the holder of one agent's token does. */
final class AgentAccount {
    static final String REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    private static final KeyPair KEYS = keys();

    private final ProbeClient http;

    AgentAccount(ProbeClient http) {
        this.http = http;
    }

    ProbeClient http() {
        return http;
    }

    /** Hands in a request for {@code node}'s certificate; its name. */
    String submit(String node, String signer) {
        String name = "csr-" + UUID.randomUUID();
        ProbeClient.Answer answer = http.post(REQUESTS, request(name, node, signer));
        if (answer.code() != 201) {
            throw new AssertionError("CSR not taken: " + answer.code() + " " + answer.body());
        }
        return name;
    }

    /** What became of a request: {@code Issued}, or type, reason and message of the condition. */
    String outcome(String name) {
        StringBuilder result = new StringBuilder();
        Awaitility.await("decision on " + name)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    var status = http.get(REQUESTS + "/" + name).body().path("status");
                    for (var condition : status.path("conditions")) {
                        if (!condition.path("type").asText().equals("Approved")) {
                            result.append(condition.path("type").asText())
                                    .append(' ')
                                    .append(condition.path("reason").asText())
                                    .append(": ")
                                    .append(condition.path("message").asText());
                            return true;
                        }
                    }
                    if (!status.path("certificate").asText().isEmpty()) {
                        result.append("Issued");
                        return true;
                    }
                    return false;
                });
        return result.toString();
    }

    static String request(String name, String node, String signer) {
        return "{\"apiVersion\":\"certificates.k8s.io/v1\",\"kind\":\"CertificateSigningRequest\",\"metadata\":{\"name\":\""
                + name + "\"},\"spec\":{\"signerName\":\"" + signer
                + "\",\"usages\":[\"digital signature\",\"client auth\",\"server auth\"],\"request\":\"" + pkcs10(node)
                + "\"}}";
    }

    private static String pkcs10(String node) {
        try {
            ExtensionsGenerator extensions = new ExtensionsGenerator();
            extensions.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.dNSName, node)));
            StringWriter pem = new StringWriter();
            try (JcaPEMWriter writer = new JcaPEMWriter(pem)) {
                writer.writeObject(new JcaPKCS10CertificationRequestBuilder(
                                new X500Name("O=espalier:nodes,CN=" + node), KEYS.getPublic())
                        .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
                        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(KEYS.getPrivate())));
            }
            return Base64.getEncoder().encodeToString(pem.toString().getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
