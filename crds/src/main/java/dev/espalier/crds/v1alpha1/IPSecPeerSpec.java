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

    /** How a node proves itself: by its own certificate. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record LocalAuthentication(
            @Default("Certificate") AuthenticationMethod method) {
        public static final LocalAuthentication DEFAULT = new LocalAuthentication(AuthenticationMethod.CERTIFICATE);

        @SuppressWarnings("NullAway") // Jackson passes null for what is absent
        public LocalAuthentication {
            method = Objects.requireNonNullElse(method, AuthenticationMethod.CERTIFICATE);
        }
    }

    /** @param caCertificates PEM; the peer's own trust anchors instead of the cluster's */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RemoteAuthentication(
            @Default("Certificate") AuthenticationMethod method,

            @JsonPropertyDescription("Trust anchors for this peer, PEM. Absent: the cluster's trust bundle.")
            @Size(max = 65536)
            @Nullable
            String caCertificates) {
        public static final RemoteAuthentication DEFAULT =
                new RemoteAuthentication(AuthenticationMethod.CERTIFICATE, null);

        @SuppressWarnings("NullAway") // Jackson passes null for what is absent
        public RemoteAuthentication {
            method = Objects.requireNonNullElse(method, AuthenticationMethod.CERTIFICATE);
        }
    }

    /** RFC 7427 signatures with X.509 certificates. */
    public enum AuthenticationMethod {
        @JsonProperty("Certificate")
        CERTIFICATE
    }
}
