package dev.espalier.cni;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * The CNI plugin's executable (CNI specification 1.1.0). It answers VERSION by itself and hands everything else to the agent's socket:
 * {@code ESPALIER_CNI_SOCKET}, else {@code socket} of the network configuration, else {@value #DEFAULT_SOCKET}.
 *
 * <p>While the agent is away: DEL succeeds and is finished by the agent later; STATUS is error 50; ADD, CHECK and GC are error 11, so that the runtime tries
 * again. Results and errors go to standard output, nothing else does.
 */
public final class Shim {
    static final String DEFAULT_SOCKET = "/run/espalier/cni.sock";
    private static final int MAX_CONFIG_BYTES = 1 << 20;
    private static final int MAX_SOCKET_PATH = 107;

    private Shim() {}

    /** Ends the process with 0 for success, 1 for an error. */
    public static void main(String[] arguments) throws IOException {
        CniReply reply = run(System.getenv(), new FileInputStream(FileDescriptor.in));
        try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
            out.write(reply.output().getBytes(StandardCharsets.UTF_8));
            if (!reply.output().isEmpty()) {
                out.write('\n');
            }
        }
        // Not by returning: the watchdog's sleep must not be waited for, nor anything else.
        Runtime.getRuntime().halt(reply.exitCode());
    }

    static CniReply run(Map<String, String> environment, InputStream stdin) {
        String version = CniVersions.LATEST;
        try {
            String config = readConfig(stdin);
            CniRequest request = CniRequest.of(environment, config);
            request.validate();
            boolean asksVersion = request.command().equals(CniRequest.VERSION);
            if (asksVersion && config.isBlank()) {
                return new CniReply(0, CniVersions.answer(version));
            }
            Map<String, Object> network = Json.parseObject(config);
            Object wanted = network.get("cniVersion");
            if (!(wanted instanceof String text)) {
                throw new CniFailure(CniErrorCode.INVALID_CONFIGURATION, "cniVersion is missing or not a string");
            }
            if (asksVersion) {
                return new CniReply(0, CniVersions.answer(CniVersions.SUPPORTED.contains(text) ? text : version));
            }
            CniVersions.require(text);
            version = text;
            CniVersions.requireOperation(request.command(), version);
            return ask(socket(environment, network), request);
        } catch (CniFailure e) {
            return e.toReply(version);
        }
    }

    private static CniReply ask(Path socket, CniRequest request) throws CniFailure {
        try {
            return AgentSocket.exchange(socket, request);
        } catch (IOException e) {
            String away = "the agent does not answer on " + socket + ": " + e.getMessage();
            return switch (request.command()) {
                case CniRequest.DEL -> remember(socket, request);
                case CniRequest.STATUS -> throw new CniFailure(CniErrorCode.NOT_AVAILABLE, away);
                default -> throw new CniFailure(CniErrorCode.TRY_AGAIN_LATER, away);
            };
        }
    }

    private static CniReply remember(Path socket, CniRequest request) throws CniFailure {
        PendingDeletions pending = PendingDeletions.besides(socket);
        try {
            pending.remember(request);
        } catch (IOException e) {
            throw new CniFailure(
                    CniErrorCode.TRY_AGAIN_LATER,
                    "the agent is away and this DEL cannot be remembered: " + e.getMessage());
        }
        try {
            // It may have come back after the first try and before the file was there. It forgets the file by itself.
            return AgentSocket.exchange(socket, request);
        } catch (IOException e) {
            return new CniReply(0, "");
        }
    }

    private static Path socket(Map<String, String> environment, Map<String, Object> network) throws CniFailure {
        String override = environment.getOrDefault("ESPALIER_CNI_SOCKET", "");
        Object configured = network.get("socket");
        if (override.isEmpty() && configured != null && !(configured instanceof String)) {
            throw new CniFailure(CniErrorCode.INVALID_CONFIGURATION, "socket is not a string");
        }
        String path = !override.isEmpty() ? override : configured != null ? (String) configured : DEFAULT_SOCKET;
        if (!path.startsWith("/")
                || path.indexOf('\0') >= 0
                || path.getBytes(StandardCharsets.UTF_8).length > MAX_SOCKET_PATH) {
            throw new CniFailure(
                    CniErrorCode.INVALID_CONFIGURATION,
                    (override.isEmpty() ? "socket" : "ESPALIER_CNI_SOCKET")
                            + " is not an absolute path of at most 107 octets");
        }
        return Path.of(path);
    }

    private static String readConfig(InputStream stdin) throws CniFailure {
        try {
            byte[] octets = stdin.readNBytes(MAX_CONFIG_BYTES + 1);
            if (octets.length > MAX_CONFIG_BYTES) {
                throw new CniFailure(CniErrorCode.DECODING_FAILURE, "the network configuration is longer than 1 MiB");
            }
            // Strict: what is no UTF-8 must not be turned into something that is.
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new CniFailure(CniErrorCode.DECODING_FAILURE, "the network configuration is not UTF-8");
        } catch (IOException e) {
            throw new CniFailure(CniErrorCode.IO_FAILURE, "cannot read standard input: " + e.getMessage());
        }
    }
}
