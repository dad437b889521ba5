package dev.espalier.operator.training;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * The operator's first minute against {@link TrainingApi}: it gets the lease, makes the CA, publishes a node, signs a certificate, writes a policy's
 * status. The JVM that runs it records what was loaded (JEP 514). {@code espalier-operator aot-cache}.
 */
public final class Training implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final String GROUP = "/apis/ipsec.espalier.dev/v1alpha1/";
    private static final String REQUEST = "/apis/certificates.k8s.io/v1/certificatesigningrequests/training";
    private static final String CLIENT = "quarkus.kubernetes-client.";

    private final TrainingApi api;

    private Training(TrainingApi api) {
        this.api = api;
    }

    /** Whether this process is there to be trained and to end. */
    public static boolean isAskedFor() {
        return Boolean.getBoolean("espalier.training");
    }

    /** Starts the API server and points this process's client to it, by system properties. */
    public static Training begin() throws IOException, GeneralSecurityException {
        TrainingApi api = TrainingApi.start();
        Map.of(
                        "api-server-url",
                        api.url(),
                        "ca-cert-data",
                        base64(pem(api.identity().certificate())),
                        "token",
                        "training",
                        "namespace",
                        "espalier-system")
                .forEach((name, value) -> System.setProperty(CLIENT + name, value));
        api.put(
                "/api/v1/namespaces/espalier-system",
                "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"espalier-system\"}}");
        api.put("/api/v1/nodes/a", """
                {"apiVersion":"v1","kind":"Node","metadata":{"name":"a","uid":"node-a"},
                 "spec":{"podCIDR":"10.244.1.0/24","podCIDRs":["10.244.1.0/24"]},
                 "status":{"addresses":[{"type":"InternalIP","address":"192.0.2.1"}]}}""");
        api.put("/api/v1/namespaces/espalier-system/pods/agent", """
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"agent","namespace":"espalier-system","uid":"pod-a"},
                 "spec":{"nodeName":"a","serviceAccountName":"espalier-agent"},"status":{"phase":"Running"}}""");
        api.put(GROUP + "ipsecnodes/a", """
                {"apiVersion":"ipsec.espalier.dev/v1alpha1","kind":"IPSecNode","metadata":{"name":"a"},
                 "status":{"appliedPolicyHash":"0","conditions":[{"type":"Ready","status":"True","reason":"TunnelsPossible",
                 "message":"m","lastTransitionTime":"2026-01-01T00:00:00Z"}],"totals":{"peers":0,"established":0,"childSas":0,"rekeys":0}}}""");
        api.put(GROUP + "ipsecpolicies/default", """
                {"apiVersion":"ipsec.espalier.dev/v1alpha1","kind":"IPSecPolicy","metadata":{"name":"default","generation":1},
                 "spec":{"action":"Protect"}}""");
        api.put("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/espalier-own-node-status", """
                {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration",
                 "metadata":{"name":"espalier-own-node-status"},"webhooks":[]}""");
        api.put(REQUEST, """
                {"apiVersion":"certificates.k8s.io/v1","kind":"CertificateSigningRequest","metadata":{"name":"training"},
                 "spec":{"signerName":"ipsec.espalier.dev/node","usages":["digital signature","client auth","server auth"],
                 "username":"system:serviceaccount:espalier-system:espalier-agent",
                 "extra":{"authentication.kubernetes.io/pod-name":["agent"],"authentication.kubernetes.io/pod-uid":["pod-a"]},
                 "request":"%s"}}""".formatted(base64(request())));
        return new Training(api);
    }

    /**
     * Returns when the operator has done each of its tasks.
     *
     * @throws IllegalStateException when it has not within two minutes, naming what is missing
     */
    public void await() throws InterruptedException {
        Map<String, String> wanted = Map.of(
                REQUEST,
                "/status/certificate",
                GROUP + "ipsecnodes/a",
                "/spec/nodeName",
                GROUP + "ipsecpolicies/default",
                "/status/observedGeneration",
                GROUP + "ipsecauthorities/cluster",
                "/status/conditions/0/type",
                "/api/v1/namespaces/espalier-system/configmaps/espalier-trust-bundle",
                "/data/ca.crt");
        long deadline = System.nanoTime() + LIMIT.toNanos();
        for (Map.Entry<String, String> field : wanted.entrySet()) {
            while (api.get(field.getKey())
                    .filter(object -> !object.at(field.getValue()).isMissingNode())
                    .isEmpty()) {
                if (System.nanoTime() - deadline >= 0) {
                    throw new IllegalStateException("training: no " + field.getValue() + " of " + field.getKey());
                }
                Thread.sleep(POLL);
            }
        }
    }

    @Override
    public void close() {
        api.close();
    }

    private static String request() throws GeneralSecurityException, IOException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        extensions.addExtension(
                Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.dNSName, "a")));
        try {
            return pem(new JcaPKCS10CertificationRequestBuilder(
                            new X500Principal("CN=a,O=espalier:nodes"), keys.getPublic())
                    .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
