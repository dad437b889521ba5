package dev.espalier.lab.api.access;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import java.util.List;
import java.util.Map;

/**
 * Who makes a request.
 *
 * @param uid empty when the way of authentication gives none
 * @param extra such as {@code authentication.kubernetes.io/pod-name}
 */
public record User(String name, String uid, List<String> groups, Map<String, List<String>> extra) {
    static final String AUTHENTICATED = "system:authenticated";
    static final String ADMINISTRATORS = "system:masters";

    public static final User ANONYMOUS = new User("system:anonymous", "", List.of("system:unauthenticated"), Map.of());

    public boolean isAnonymous() {
        return this.equals(ANONYMOUS);
    }

    /** The {@code UserInfo} of the authentication API. */
    public ObjectNode toUserInfo() {
        ObjectNode info = Json.object().put("username", name);
        if (!uid.isEmpty()) {
            info.put("uid", uid);
        }
        info.set("groups", Json.textArray(groups));
        if (!extra.isEmpty()) {
            ObjectNode values = info.putObject("extra");
            extra.forEach((key, list) -> values.set(key, Json.textArray(list)));
        }
        return info;
    }
}
