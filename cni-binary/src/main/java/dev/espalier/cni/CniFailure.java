package dev.espalier.cni;

/** An answer that says no; its message names the thing and the place. */
public final class CniFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String details;

    /** @param code one of {@link CniErrorCode} */
    public CniFailure(int code, String message) {
        this(code, message, "");
    }

    /** @param details more for whoever looks closer; may be empty */
    public CniFailure(int code, String message, String details) {
        super(message);
        this.code = code;
        this.details = details;
    }

    public int code() {
        return code;
    }

    public String details() {
        return details;
    }

    /** The error object of the specification, on one line. */
    public String toJson(String cniVersion) {
        StringBuilder json = new StringBuilder(128);
        json.append("{\"cniVersion\":");
        Json.quote(cniVersion, json);
        json.append(",\"code\":").append(code).append(",\"msg\":");
        Json.quote(String.valueOf(getMessage()), json);
        if (!details.isEmpty()) {
            json.append(",\"details\":");
            Json.quote(details, json);
        }
        return json.append('}').toString();
    }

    /** As the answer to a request. */
    public CniReply toReply(String cniVersion) {
        return new CniReply(1, toJson(cniVersion));
    }
}
