package dev.espalier.agent.identity;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Credentials issued by the cluster, with everything of it that comes over the Kubernetes API. */
public final class ApiIdentity implements IdentitySource {
    private final IssuedIdentity issued;
    private final ApiTrust trust;

    /** @param runDir where key and certificate are kept for a restart */
    public ApiIdentity(KubernetesClient client, String nodeName, Path runDir) {
        SecureRandom random = new SecureRandom();
        issued = new IssuedIdentity(
                nodeName, runDir, new ApiSigner(client, nodeName, random), InstantSource.system(), random);
        trust = new ApiTrust(client, issued::trustChanged);
    }

    @Override
    public void start(Listener listener) {
        issued.start(listener);
        trust.start();
    }

    @Override
    public void close() {
        trust.close();
        issued.close();
    }
}
