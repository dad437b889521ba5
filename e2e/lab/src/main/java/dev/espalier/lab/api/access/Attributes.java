package dev.espalier.lab.api.access;

/**
 * What a request would do, as authorization sees it.
 *
 * @param verb {@code get list watch create update patch delete deletecollection}, or one that a resource defines, like {@code approve}
 * @param name empty when the request is about no particular object
 * @param path of a request about no resource, else empty
 */
public record Attributes(
        String verb, String group, String resource, String subresource, String namespace, String name, String path) {
    public static Attributes ofPath(String verb, String path) {
        return new Attributes(verb, "", "", "", "", "", path);
    }

    String resourceWithSub() {
        return subresource.isEmpty() ? resource : resource + "/" + subresource;
    }

    /** As in the API server's message: {@code User "u" cannot get resource "pods" in API group "" in the namespace "n"}. */
    public String refusal(User user) {
        if (!path.isEmpty()) {
            return "User \"" + user.name() + "\" cannot " + verb + " path \"" + path + "\"";
        }
        String where = namespace.isEmpty() ? " at the cluster scope" : " in the namespace \"" + namespace + "\"";
        return "User \"" + user.name() + "\" cannot " + verb + " resource \"" + resourceWithSub() + "\" in API group \""
                + group + "\"" + where;
    }
}
