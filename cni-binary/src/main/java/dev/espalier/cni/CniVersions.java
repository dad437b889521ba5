package dev.espalier.cni;

import java.util.List;

/** The versions of the CNI specification that this plugin speaks (CNI-01). */
public final class CniVersions {
    public static final String LATEST = "1.1.0";
    /** Oldest first. */
    public static final List<String> SUPPORTED = List.of("0.3.0", "0.3.1", "0.4.0", "1.0.0", LATEST);

    private CniVersions() {}

    /** @throws CniFailure code 1 when {@code version} is not one of {@link #SUPPORTED} */
    public static void require(String version) throws CniFailure {
        if (!SUPPORTED.contains(version)) {
            throw new CniFailure(
                    CniErrorCode.INCOMPATIBLE_VERSION,
                    "cniVersion \"" + version + "\" is not supported; supported are " + String.join(", ", SUPPORTED));
        }
    }

    /** Whether a supported {@code version} is {@code since} or later. */
    public static boolean atLeast(String version, String since) {
        return SUPPORTED.indexOf(version) >= SUPPORTED.indexOf(since);
    }

    /**
     * Refuses operations that came with a later version of the specification.
     *
     * @throws CniFailure code 1
     */
    public static void requireOperation(String command, String version) throws CniFailure {
        String since = switch (command) {
            case CniRequest.CHECK -> "0.4.0";
            case CniRequest.GC, CniRequest.STATUS -> "1.1.0";
            default -> "0.3.0";
        };
        if (!atLeast(version, since)) {
            throw new CniFailure(
                    CniErrorCode.INCOMPATIBLE_VERSION,
                    command + " came with CNI " + since + ", and cniVersion is \"" + version + "\"");
        }
    }

    /** The answer to VERSION. */
    static String answer(String version) {
        StringBuilder json = new StringBuilder(128);
        json.append("{\"cniVersion\":");
        Json.quote(version, json);
        json.append(",\"supportedVersions\":[");
        for (int i = 0; i < SUPPORTED.size(); i++) {
            if (i > 0) {
                json.append(',');
            }
            Json.quote(SUPPORTED.get(i), json);
        }
        return json.append("]}").toString();
    }
}
