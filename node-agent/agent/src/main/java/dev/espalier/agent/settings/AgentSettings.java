package dev.espalier.agent.settings;

import dev.espalier.agent.loop.Offloads;
import dev.espalier.wire.ip.Prefix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What one agent process is told by its environment.
 *
 * @param nodeName this node's name ({@code ESPALIER_NODE_NAME})
 * @param sourceDir the folder of the file source ({@code ESPALIER_SOURCE=file:DIR}), or null for the Kubernetes API
 * @param identityDir folder with {@code tls.crt}, {@code tls.key} and {@code ca.crt}, or null to ask the Kubernetes API for a certificate
 * @param secretsDir where the Secrets that {@code IPSecPeer}s name are, a folder each ({@code ESPALIER_SECRETS_DIR}); {@code secrets} in the
 *     folder of the file source unless it is set, {@code /etc/espalier/secrets} otherwise
 * @param runDir sockets, and what a restart reuses ({@code ESPALIER_RUN_DIR})
 * @param tun name of the TUN device
 * @param mtu the inner MTU, or empty to take it from the underlay
 * @param libcryptoPath the OpenSSL library to load, or null to look for one
 * @param offloads which of the kernel's means to handle many packets at once may be used ({@code ESPALIER_OFFLOADS})
 * @param httpPort health and metrics
 * @param handoverWait how long an agent that is told to end serves on and waits for one that takes over ({@code ESPALIER_HANDOVER_WAIT}, seconds)
 * @param readyFile a file that is there whenever this process can serve, or take over from the one that does ({@code ESPALIER_READY_FILE}); null for none
 * @param keyLogDir where a lab build writes session keys, or null
 * @param cniMode whether pods are wired by this agent or by another CNI ({@code ESPALIER_CNI_MODE})
 * @param clusterCidrs pod CIDRs of the whole cluster, which are unreachable unless a route to a known node says otherwise
 */
public record AgentSettings(
        String nodeName,
        @Nullable Path sourceDir,
        @Nullable Path identityDir,
        Path secretsDir,
        Path runDir,
        String tun,
        OptionalInt mtu,
        Crypto crypto,
        @Nullable Path libcryptoPath,
        Offloads offloads,
        int httpPort,
        Duration handoverWait,
        @Nullable Path readyFile,
        @Nullable Path keyLogDir,
        CniMode cniMode,
        List<Prefix> clusterCidrs) {
    public AgentSettings {
        clusterCidrs = List.copyOf(clusterCidrs);
    }

    /** Which AEAD implementation carries ESP. */
    public enum Crypto {
        /** libcrypto when it loads, the JDK's otherwise. */
        AUTO,
        LIBCRYPTO,
        JDK,
        /** No encryption at all: to measure the rest, in lab builds only. */
        NULL
    }
}
