package dev.espalier.crds.v1alpha1;

/** Forms of strings in the schema. */
public final class Patterns {
    /** One to three whole numbers with units, largest first, such as {@code 4h}, {@code 1h30m}, {@code 10s}. */
    public static final String DURATION = "^([0-9]{1,5}h)?([0-9]{1,6}m)?([0-9]{1,8}s)?$";
    /** A whole number with a binary suffix or none. */
    public static final String QUANTITY = "^[0-9]{1,15}(Ki|Mi|Gi|Ti)?$";
    /** Tokens joined by hyphens. */
    public static final String PROPOSAL = "^[a-z0-9_]+(-[a-z0-9_]+)*$";
    /** An IPv4 or IPv6 network. What it does not catch, CIDR parsing does. */
    public static final String CIDR = "^[0-9a-fA-F:.]{2,45}/[0-9]{1,3}$";
    /** An IPv4 or IPv6 address. What it does not catch, address parsing does. */
    public static final String ADDRESS = "^[0-9a-fA-F:.]{2,45}$";
    /** Name of a Kubernetes object (RFC 1123 subdomain). */
    public static final String OBJECT_NAME = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";

    /** RFC 3339 in UTC, seconds or finer. */
    public static final String TIMESTAMP = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?Z$";

    private Patterns() {}
}
