package dev.espalier.cni;

/** Error codes of the CNI specification 1.1.0 ("Error"), and those of this plugin from 100. */
public final class CniErrorCode {
    public static final int INCOMPATIBLE_VERSION = 1;
    public static final int UNSUPPORTED_FIELD = 2;
    public static final int UNKNOWN_CONTAINER = 3;
    public static final int INVALID_ENVIRONMENT = 4;
    public static final int IO_FAILURE = 5;
    public static final int DECODING_FAILURE = 6;
    public static final int INVALID_CONFIGURATION = 7;
    public static final int TRY_AGAIN_LATER = 11;
    public static final int NOT_AVAILABLE = 50;
    public static final int LIMITED_CONNECTIVITY = 51;
    /** ADD for an interface that exists in the container. */
    public static final int INTERFACE_EXISTS = 101;
    /** CHECK found something else than ADD left. */
    public static final int CHECK_FAILED = 102;
    /** The kernel refused a step; what was done before it is undone. */
    public static final int WIRING_FAILED = 103;

    private CniErrorCode() {}
}
