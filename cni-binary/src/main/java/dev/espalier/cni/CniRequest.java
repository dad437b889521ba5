package dev.espalier.cni;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a runtime asks for: its environment (CNI specification 1.1.0, "Parameters") and the network configuration from standard input. A variable that is not
 * set is the empty string.
 *
 * @param command CNI_COMMAND
 * @param containerId CNI_CONTAINERID
 * @param netns CNI_NETNS, a path
 * @param ifName CNI_IFNAME
 * @param args CNI_ARGS, {@code KEY=VALUE;KEY=VALUE}
 * @param config the network configuration as it came
 */
public record CniRequest(String command, String containerId, String netns, String ifName, String args, String config) {
    public static final String ADD = "ADD";
    public static final String DEL = "DEL";
    public static final String CHECK = "CHECK";
    public static final String GC = "GC";
    public static final String STATUS = "STATUS";
    public static final String VERSION = "VERSION";

    private static final int FIELDS = 6;
    private static final int MAX_ID = 128;
    private static final int MAX_IF_NAME = 15;
    private static final int MAX_PATH = 4095;
    private static final int MAX_ARGS = 16 << 10;

    /** From the process environment. */
    public static CniRequest of(Map<String, String> environment, String config) {
        return new CniRequest(
                environment.getOrDefault("CNI_COMMAND", ""),
                environment.getOrDefault("CNI_CONTAINERID", ""),
                environment.getOrDefault("CNI_NETNS", ""),
                environment.getOrDefault("CNI_IFNAME", ""),
                environment.getOrDefault("CNI_ARGS", ""),
                config);
    }

    /**
     * Refuses an environment that lacks what the command needs, or holds what no name, path or argument may be (CNI-15).
     *
     * @throws CniFailure code 4, naming the variable
     */
    public void validate() throws CniFailure {
        switch (command) {
            case ADD, CHECK -> {
                requireId();
                requireIfName();
                require(!netns.isEmpty(), "CNI_NETNS", "is missing");
            }
            case DEL -> {
                requireId();
                requireIfName();
            }
            case GC, STATUS, VERSION -> {}
            case "" -> throw environment("CNI_COMMAND", "is missing");
            default -> throw environment("CNI_COMMAND", "is none of ADD, DEL, CHECK, GC, STATUS, VERSION");
        }
        require(
                netns.isEmpty() || netns.startsWith("/") && netns.length() <= MAX_PATH && netns.indexOf('\0') < 0,
                "CNI_NETNS",
                "is not an absolute path of at most 4095 characters");
        require(args.length() <= MAX_ARGS, "CNI_ARGS", "is longer than 16 KiB");
    }

    /** As a frame for the socket, and as what is remembered of a DEL. */
    public byte[] encode() {
        byte[][] fields = new byte[FIELDS][];
        String[] values = {command, containerId, netns, ifName, args, config};
        int length = 0;
        for (int i = 0; i < FIELDS; i++) {
            fields[i] = values[i].getBytes(StandardCharsets.UTF_8);
            length += 4 + fields[i].length;
        }
        byte[] body = new byte[length];
        ByteBuffer out = ByteBuffer.wrap(body);
        for (byte[] field : fields) {
            out.putInt(field.length).put(field);
        }
        return Frame.encode(body);
    }

    /**
     * From the body of a frame.
     *
     * @throws CniFailure code 6 for what is no request
     */
    public static CniRequest decode(byte[] body) throws CniFailure {
        ByteBuffer in = ByteBuffer.wrap(body);
        String[] values = new String[FIELDS];
        try {
            for (int i = 0; i < FIELDS; i++) {
                int length = in.getInt();
                if (length < 0 || length > in.remaining()) {
                    throw notARequest();
                }
                values[i] = new String(body, in.position(), length, StandardCharsets.UTF_8);
                in.position(in.position() + length);
            }
        } catch (BufferUnderflowException e) {
            throw notARequest();
        }
        if (in.hasRemaining()) {
            throw notARequest();
        }
        return new CniRequest(values[0], values[1], values[2], values[3], values[4], values[5]);
    }

    private void requireId() throws CniFailure {
        require(!containerId.isEmpty(), "CNI_CONTAINERID", "is missing");
        require(containerId.length() <= MAX_ID, "CNI_CONTAINERID", "is longer than 128 characters");
        require(
                isName(containerId),
                "CNI_CONTAINERID",
                "is not a letter or digit followed by letters, digits, '_', '.' and '-'");
    }

    private void requireIfName() throws CniFailure {
        require(!ifName.isEmpty(), "CNI_IFNAME", "is missing");
        boolean good = ifName.length() <= MAX_IF_NAME && !ifName.equals(".") && !ifName.equals("..");
        for (int i = 0; i < ifName.length() && good; i++) {
            char c = ifName.charAt(i);
            good = c > ' ' && c < 0x7f && c != '/' && c != ':' && c != '%';
        }
        require(
                good,
                "CNI_IFNAME",
                "is not an interface name of at most 15 printable characters without '/', ':' and '%'");
    }

    /** Whether {@code text} is a name as the specification has it for containers and networks. */
    public static boolean isName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean alphanumeric = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!alphanumeric && (i == 0 || c != '_' && c != '.' && c != '-')) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static void require(boolean condition, String variable, String problem) throws CniFailure {
        if (!condition) {
            throw environment(variable, problem);
        }
    }

    private static CniFailure environment(String variable, String problem) {
        return new CniFailure(CniErrorCode.INVALID_ENVIRONMENT, variable + " " + problem);
    }

    private static CniFailure notARequest() {
        return new CniFailure(CniErrorCode.DECODING_FAILURE, "not a request of the shim");
    }
}
