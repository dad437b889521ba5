package dev.espalier.agent.identity;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** Asks for certificates by CertificateSigningRequest objects with signer {@code ipsec.espalier.dev/node}. */
public final class ApiSigner implements CertificateSigner {
    private static final String SIGNER = "ipsec.espalier.dev/node";

    private final KubernetesClient client;
    private final String nodeName;
    private final SecureRandom random;

    public ApiSigner(KubernetesClient client, String nodeName, SecureRandom random) {
        this.client = client;
        this.nodeName = nodeName;
        this.random = random;
    }

    @Override
    public String submit(String requestPem) throws SigningException {
        byte[] suffix = new byte[5];
        random.nextBytes(suffix);
        String name = "espalier-" + nodeName + "-" + HexFormat.of().formatHex(suffix);
        CertificateSigningRequest request = new CertificateSigningRequestBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withSignerName(SIGNER)
                .withRequest(Base64.getEncoder().encodeToString(requestPem.getBytes(StandardCharsets.US_ASCII)))
                .withUsages("digital signature", "client auth", "server auth")
                .endSpec()
                .build();
        try {
            client.certificates()
                    .v1()
                    .certificateSigningRequests()
                    .resource(request)
                    .create();
            return name;
        } catch (KubernetesClientException e) {
            throw new SigningException("CertificateSigningRequest " + name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<String> certificate(String name) throws SigningException {
        CertificateSigningRequest request;
        try {
            request = client.certificates()
                    .v1()
                    .certificateSigningRequests()
                    .withName(name)
                    .get();
        } catch (KubernetesClientException e) {
            throw new SigningException("CertificateSigningRequest " + name + ": " + e.getMessage(), e);
        }
        if (request == null) {
            throw new SigningException("CertificateSigningRequest " + name + " is gone before it was decided on");
        }
        if (request.getStatus() == null) {
            return Optional.empty();
        }
        for (CertificateSigningRequestCondition condition : request.getStatus().getConditions()) {
            if (condition.getType().equals("Denied") || condition.getType().equals("Failed")) {
                throw new SigningException("CertificateSigningRequest " + name + " was "
                        + (condition.getType().equals("Denied") ? "denied" : "not signed") + ": "
                        + condition.getReason() + ": " + condition.getMessage());
            }
        }
        String encoded = request.getStatus().getCertificate();
        return encoded == null || encoded.isEmpty()
                ? Optional.empty()
                : Optional.of(new String(Base64.getDecoder().decode(encoded), StandardCharsets.US_ASCII));
    }
}
