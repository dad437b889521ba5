package dev.espalier.operator.admission;

import dev.espalier.operator.pki.ApiServerVersion;
import dev.espalier.operator.pki.PkiNames;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.RuleWithOperationsBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that the API server lets an agent write the status of its own node alone. From 1.30 on, tokens name their node and a
 * ValidatingAdmissionPolicy of the manifests compares the two. Older servers ask this process: whoever leads serves a webhook on its own
 * address and enters it into the ValidatingWebhookConfiguration {@link #NAME}, which the manifests for such servers bring along, empty.
 */
public final class OwnStatusGuard implements AutoCloseable {
    /** Of policy, binding and webhook configuration. */
    public static final String NAME = "espalier-own-node-status";

    private static final Logger LOG = Logger.getLogger(OwnStatusGuard.class);
    private static final int WEBHOOK_TIMEOUT_SECONDS = 5;

    private final KubernetesClient client;
    private final int port;
    private final SecureRandom random;
    private final InstantSource clock;
    private @Nullable Serving serving;

    /** @param port of the webhook; 0 for any that is free */
    public OwnStatusGuard(KubernetesClient client, int port, SecureRandom random, InstantSource clock) {
        this.client = client;
        this.port = port;
        this.random = random;
        this.clock = clock;
    }

    /**
     * How things stand.
     *
     * @param holds whether the API server refuses writes to other nodes' status
     * @param reason for a condition: {@code ValidatingAdmissionPolicy}, {@code Webhook}, {@code NotEnforced}
     */
    public record Protection(boolean holds, String reason, String message) {}

    private record Serving(AdmissionServer server, ServingIdentity identity, InetAddress address) {}

    /**
     * Looks, and does what is missing.
     *
     * @throws KubernetesClientException when the API server does not answer
     */
    public synchronized Protection ensure() {
        ApiServerVersion version = ApiServerVersion.of(client);
        return version.namesNodesInTokens() ? policy() : webhook(version);
    }

    @Override
    public synchronized void close() {
        if (serving != null) {
            serving.server.close();
            serving = null;
        }
    }

    private Protection policy() {
        boolean there = client.admissionRegistration()
                        .v1()
                        .validatingAdmissionPolicies()
                        .withName(NAME)
                        .get()
                != null;
        boolean bound = client.admissionRegistration()
                        .v1()
                        .validatingAdmissionPolicyBindings()
                        .withName(NAME)
                        .get()
                != null;
        return there && bound
                ? new Protection(true, "ValidatingAdmissionPolicy", "by ValidatingAdmissionPolicy " + NAME)
                : new Protection(
                        false,
                        "NotEnforced",
                        "ValidatingAdmissionPolicy " + NAME + (there ? " is not bound" : " is missing")
                                + " (deploy/manifests/admission): an agent could write the status of other nodes");
    }

    private Protection webhook(ApiServerVersion version) {
        try {
            ValidatingWebhookConfiguration stored = client.admissionRegistration()
                    .v1()
                    .validatingWebhookConfigurations()
                    .withName(NAME)
                    .get();
            if (stored == null) {
                return notEnforced(version, "ValidatingWebhookConfiguration " + NAME + " is missing");
            }
            Serving current = serve();
            List<ValidatingWebhook> wanted = List.of(webhook(current));
            if (!wanted.equals(stored.getWebhooks())) {
                client.resource(new ValidatingWebhookConfigurationBuilder(stored)
                                .withWebhooks(wanted)
                                .build())
                        .update();
                LOG.infof(
                        "API server %s has no node in tokens: writes of agents are checked here, at %s",
                        version, url(current));
            }
            return new Protection(
                    true, "Webhook", "API server " + version + ": by the operator's webhook at " + url(current));
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
                throw e;
            }
            return notEnforced(version, "the operator may not change ValidatingWebhookConfiguration " + NAME);
        } catch (IOException e) {
            return notEnforced(version, "port " + port + " for the webhook cannot be had: " + e.getMessage());
        }
    }

    private static Protection notEnforced(ApiServerVersion version, String why) {
        return new Protection(
                false,
                "NotEnforced",
                "API server " + version + " is from before 1.30 and " + why
                        + " (deploy/manifests/admission-before-1.30): an agent could write the status of other nodes");
    }

    private Serving serve() throws IOException {
        InetAddress address = ownAddress();
        Serving current = serving;
        if (current != null && current.address.equals(address)) {
            return current;
        }
        close();
        ServingIdentity identity = ServingIdentity.create(address, random, clock.instant());
        OwnStatusRule rule = new OwnStatusRule(name -> Optional.ofNullable(
                client.pods().inNamespace(PkiNames.NAMESPACE).withName(name).get()));
        Serving fresh = new Serving(
                AdmissionServer.start(new InetSocketAddress(address, port), identity.context(), rule),
                identity,
                address);
        serving = fresh;
        return fresh;
    }

    /** Where packets to the API server come from, which is where it reaches us. */
    private InetAddress ownAddress() throws IOException {
        URI api = URI.create(client.getMasterUrl().toString());
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(api.getHost(), api.getPort() < 0 ? 443 : api.getPort()));
            return socket.getLocalAddress();
        }
    }

    private static String url(Serving serving) {
        String host = serving.address.getHostAddress().replaceFirst("%.*", "");
        return "https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + serving.server.port()
                + AdmissionServer.PATH;
    }

    private static ValidatingWebhook webhook(Serving serving) {
        return new ValidatingWebhookBuilder()
                .withName("own-node-status.ipsec.espalier.dev")
                .withNewClientConfig()
                .withUrl(url(serving))
                .withCaBundle(Base64.getEncoder().encodeToString(pem(serving).getBytes(StandardCharsets.US_ASCII)))
                .endClientConfig()
                .withRules(new RuleWithOperationsBuilder()
                        .withApiGroups("ipsec.espalier.dev")
                        .withApiVersions("*")
                        .withResources("ipsecnodes/status")
                        .withOperations("UPDATE")
                        .withScope("*")
                        .build())
                .withFailurePolicy("Fail")
                .withMatchPolicy("Equivalent")
                .withNewNamespaceSelector()
                .endNamespaceSelector()
                .withNewObjectSelector()
                .endObjectSelector()
                .withSideEffects("None")
                .withTimeoutSeconds(WEBHOOK_TIMEOUT_SECONDS)
                .withAdmissionReviewVersions("v1")
                .build();
    }

    private static String pem(Serving serving) {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'})
                            .encodeToString(serving.identity.certificate().getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("encoding the admission server's certificate", e);
        }
    }
}
