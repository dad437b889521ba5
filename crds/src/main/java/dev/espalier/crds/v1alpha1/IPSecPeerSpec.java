package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What nodes may believe about a peer; nothing of it is ever taken from the peer itself.
 *
 * @param addresses outer addresses, preferred first
 * @param identity the IKE identity that the peer has to prove: a name (ID_FQDN), an address, or a distinguished name
 * @param cidrs inner addresses behind the peer
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record IPSecPeerSpec(
        @JsonPropertyDescription("Where IKE and ESP reach the peer, preferred first.") @Required @Size(min = 1, max = 8)
        List<@Pattern(Patterns.ADDRESS) String> addresses,

        @JsonPropertyDescription(
                "The IKE identity the peer has to prove: a name (ID_FQDN), an address, or a distinguished name such as O=acme,CN=gw.")
        @Required
        @Size(min = 1, max = 512)
        String identity,

        @JsonPropertyDescription("Networks behind the peer.") @Required @Size(min = 1, max = 256)
        List<@Pattern(Patterns.CIDR) String> cidrs,

        @JsonPropertyDescription("How each end proves who it is.") @Default("{}")
        Authentication authentication) {
    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public IPSecPeerSpec {
        addresses = addresses == null ? List.of() : List.copyOf(addresses);
        identity = Objects.requireNonNullElse(identity, "");
        cidrs = cidrs == null ? List.of() : List.copyOf(cidrs);
        authentication = Objects.requireNonNullElse(authentication, Authentication.DEFAULT);
    }

    /** The methods of the two ends are chosen apart. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Authentication(
            @JsonPropertyDescription("How a node proves itself to the peer.") @Default("{}")
            LocalAuthentication local,

            @JsonPropertyDescription("How the peer proves itself to a node.") @Default("{}")
            RemoteAuthentication remote) {
        public static final Authentication DEFAULT =
                new Authentication(LocalAuthentication.DEFAULT, RemoteAuthentication.DEFAULT);

        @SuppressWarnings("NullAway") // Jackson passes null for what is absent
        public Authentication {
            local = Objects.requireNonNullElse(local, LocalAuthentication.DEFAULT);
            remote = Objects.requireNonNullElse(remote, RemoteAuthentication.DEFAULT);
        }
    }

    /**
     * How a node proves itself to the peer.
     *
     * @param secretName names the folder (a mounted Secret) that holds {@code psk}, or {@code tls.crt} and {@code tls.key}; without one, a node
     *     uses its own certificate
     * @param identity what the node says it is; its own name when absent
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record LocalAuthentication(
            @Default("Certificate") AuthenticationMethod method,

            @JsonPropertyDescription(
                    "Secret with psk (PresharedKey), or with tls.crt and tls.key (Certificate); absent with Certificate: the node's own certificate.")
            @Pattern(Patterns.OBJECT_NAME)
            @Size(max = 253)
            @Nullable
            String secretName,

            @JsonPropertyDescription(
                    "The IKE identity that the node claims: a name, an address or a distinguished name. Absent: the node's name.")
            @Size(min = 1, max = 512)
            @Nullable
            String identity) {
        public static final LocalAuthentication DEFAULT =
                new LocalAuthentication(AuthenticationMethod.CERTIFICATE, null, null);

        @SuppressWarnings("NullAway") // Jackson passes null for what is absent
        public LocalAuthentication {
            method = Objects.requireNonNullElse(method, AuthenticationMethod.CERTIFICATE);
        }
    }

    /**
     * How the peer proves itself to a node.
     *
     * @param caCertificates PEM; the peer's own trust anchors instead of the cluster's
     * @param revocationLists PEM; CRLs of these CAs
     * @param secretName names the folder (a mounted Secret) that holds {@code psk}
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RemoteAuthentication(
            @Default("Certificate") AuthenticationMethod method,

            @JsonPropertyDescription("Trust anchors for this peer, PEM. Absent: the cluster's trust bundle.")
            @Size(max = 65536)
            @Nullable
            String caCertificates,

            @JsonPropertyDescription(
                    "CRLs, PEM. Once an issuer has one, its certificates are refused when it names them or is out of date. Needs caCertificates.")
            @Size(max = 262144)
            @Nullable
            String revocationLists,

            @JsonPropertyDescription("Secret with the psk by which the peer proves itself (PresharedKey).")
            @Pattern(Patterns.OBJECT_NAME)
            @Size(max = 253)
            @Nullable
            String secretName) {
        public static final RemoteAuthentication DEFAULT =
                new RemoteAuthentication(AuthenticationMethod.CERTIFICATE, null, null, null);

        @SuppressWarnings("NullAway") // Jackson passes null for what is absent
        public RemoteAuthentication {
            method = Objects.requireNonNullElse(method, AuthenticationMethod.CERTIFICATE);
        }
    }

    /** How an end can prove who it is. */
    public enum AuthenticationMethod {
        /** A signature by the key of an X.509 certificate (RFC 7427). */
        @JsonProperty("Certificate")
        CERTIFICATE,
        /** A key that both ends hold (RFC 7296 2.15). */
        @JsonProperty("PresharedKey")
        PRESHARED_KEY
    }
}
