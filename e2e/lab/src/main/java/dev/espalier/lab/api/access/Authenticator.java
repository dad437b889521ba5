package dev.espalier.lab.api.access;

import dev.espalier.lab.api.model.ApiException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a request: a client certificate (CN is the name, each O a group; the TLS layer has verified it against the server's CA), the
 * administrator's token, or a service account's token. A bad token is refused even where anonymous access is not.
 */
public final class Authenticator {
    private static final User ADMINISTRATOR =
            new User("lab-admin", "", List.of(User.ADMINISTRATORS, User.AUTHENTICATED), Map.of());

    private final byte[] adminToken;
    private final ServiceAccountTokens tokens;

    public Authenticator(String adminToken, ServiceAccountTokens tokens) {
        this.adminToken = adminToken.getBytes(StandardCharsets.US_ASCII);
        this.tokens = tokens;
    }

    /**
     * @param authorization the header, if there is one
     * @param certificate the client's, if it showed one
     * @throws ApiException 401
     */
    public User authenticate(@Nullable String authorization, @Nullable X509Certificate certificate) {
        if (certificate != null) {
            return ofCertificate(certificate);
        }
        if (authorization == null || !authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return User.ANONYMOUS;
        }
        return ofToken(authorization.substring(7).strip(), List.of(ServiceAccountTokens.ISSUER))
                .orElseThrow(ApiException::unauthorized);
    }

    /** The holder of a token that is good for one of {@code audiences}. */
    public Optional<User> ofToken(String token, List<String> audiences) {
        if (MessageDigest.isEqual(token.getBytes(StandardCharsets.UTF_8), adminToken)) {
            return Optional.of(ADMINISTRATOR);
        }
        return tokens.authenticate(token, audiences.isEmpty() ? List.of(ServiceAccountTokens.ISSUER) : audiences);
    }

    private static User ofCertificate(X509Certificate certificate) {
        String name = "";
        List<String> groups = new ArrayList<>();
        try {
            for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (rdn.getType().equalsIgnoreCase("CN")) {
                    name = rdn.getValue().toString();
                } else if (rdn.getType().equalsIgnoreCase("O")) {
                    groups.add(rdn.getValue().toString());
                }
            }
        } catch (InvalidNameException e) {
            throw new IllegalStateException("a verified certificate with a subject that is no name", e);
        }
        if (name.isEmpty()) {
            throw ApiException.unauthorized();
        }
        groups.add(User.AUTHENTICATED);
        return new User(name, "", List.copyOf(groups), Map.of());
    }

    /** The user that {@code Impersonate-*} headers ask for. Whoever asks must be allowed to. */
    public static User impersonated(String name, List<String> groups) {
        List<String> all = new ArrayList<>(groups);
        if (name.startsWith("system:serviceaccount:")) {
            String[] parts = name.split(":", -1);
            all.add("system:serviceaccounts");
            all.add("system:serviceaccounts:" + (parts.length > 2 ? parts[2] : ""));
        }
        all.add(User.AUTHENTICATED);
        return new User(name, "", List.copyOf(all), Map.of());
    }
}
