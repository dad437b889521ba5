package dev.espalier.crds.v1alpha1;

/** Names of the API that every type and every client shares. */
public final class ApiGroup {
    public static final String NAME = "ipsec.espalier.dev";
    public static final String VERSION = "v1alpha1";
    /** As in an object's {@code apiVersion}. */
    public static final String API_VERSION = NAME + "/" + VERSION;

    private ApiGroup() {}
}
