package dev.espalier.agent.settings;

import dev.espalier.agent.loop.Offloads;
import dev.espalier.wire.ip.Prefix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads {@link AgentSettings} from environment variables and names every variable that is wrong, not just the first. */
public final class SettingsReader {
    private static final Pattern NODE_NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
    private static final Pattern INTERFACE_NAME = Pattern.compile("[a-zA-Z0-9_.-]{1,15}");
    private static final int MIN_MTU = 576;
    private static final int MAX_MTU = 65535;
    private static final int LONGEST_WAIT_SECONDS = 600;

    private final Map<String, String> environment;
    private final boolean labBuild;
    private final List<String> problems = new ArrayList<>();

    private SettingsReader(Map<String, String> environment, boolean labBuild) {
        this.environment = environment;
        this.labBuild = labBuild;
    }

    /**
     * @param environment as {@link System#getenv()}; a blank value counts as absent
     * @param labBuild whether settings are allowed that weaken protection
     * @throws SettingsException naming each variable that is missing or wrong
     */
    public static AgentSettings read(Map<String, String> environment, boolean labBuild) throws SettingsException {
        return new SettingsReader(environment, labBuild).read();
    }

    private AgentSettings read() throws SettingsException {
        String nodeName = matching(
                "ESPALIER_NODE_NAME",
                null,
                NODE_NAME,
                "the name of this node: lower-case letters, digits, '-' and '.'");
        Path sourceDir = parsed("ESPALIER_SOURCE", "kubernetes", SettingsReader::sourceDir);
        Path identityDir = parsed("ESPALIER_IDENTITY_DIR", "", SettingsReader::path);
        Path secretsDir = parsed(
                "ESPALIER_SECRETS_DIR",
                sourceDir == null
                        ? "/etc/espalier/secrets"
                        : sourceDir.resolve("secrets").toString(),
                SettingsReader::path);
        Path runDir = parsed("ESPALIER_RUN_DIR", "/run/espalier", SettingsReader::path);
        String tun =
                matching("ESPALIER_TUN", "espalier0", INTERFACE_NAME, "an interface name of at most 15 characters");
        OptionalInt mtu = parsed("ESPALIER_MTU", "auto", SettingsReader::mtu);
        AgentSettings.Crypto crypto = parsed("ESPALIER_CRYPTO", "auto", SettingsReader::crypto);
        Path libcrypto = parsed("ESPALIER_LIBCRYPTO", "", SettingsReader::path);
        Offloads offloads = parsed("ESPALIER_OFFLOADS", "auto", Offloads::parse);
        Integer httpPort = parsed("ESPALIER_HTTP_PORT", "9464", SettingsReader::port);
        Duration handoverWait = parsed("ESPALIER_HANDOVER_WAIT", "0", SettingsReader::seconds);
        Path readyFile = parsed("ESPALIER_READY_FILE", "", SettingsReader::path);
        Path keyLogDir = parsed("ESPALIER_KEYLOG_DIR", "", SettingsReader::path);
        CniMode cniMode = parsed("ESPALIER_CNI_MODE", "main", SettingsReader::cniMode);
        List<Prefix> clusterCidrs = parsed("ESPALIER_CLUSTER_CIDRS", "", SettingsReader::prefixes);
        if (sourceDir != null && identityDir == null) {
            problems.add("ESPALIER_IDENTITY_DIR: must be set when ESPALIER_SOURCE is a folder");
        }
        if (!labBuild && keyLogDir != null) {
            problems.add("ESPALIER_KEYLOG_DIR: session keys are written by lab builds only");
        }
        if (!labBuild && crypto == AgentSettings.Crypto.NULL) {
            problems.add("ESPALIER_CRYPTO: 'null' sends packets unencrypted and exists in lab builds only");
        }
        if (!problems.isEmpty()
                || nodeName == null
                || secretsDir == null
                || runDir == null
                || tun == null
                || mtu == null
                || crypto == null
                || offloads == null
                || httpPort == null
                || handoverWait == null
                || cniMode == null
                || clusterCidrs == null) {
            throw new SettingsException(problems);
        }
        return new AgentSettings(
                nodeName,
                sourceDir,
                identityDir,
                secretsDir,
                runDir,
                tun,
                mtu,
                crypto,
                libcrypto,
                offloads,
                httpPort,
                handoverWait,
                readyFile,
                keyLogDir,
                cniMode,
                clusterCidrs);
    }

    private @Nullable String matching(String variable, @Nullable String fallback, Pattern pattern, String expected) {
        String value = value(variable, fallback);
        if (value == null) {
            problems.add(variable + ": must be set (" + expected + ")");
            return null;
        }
        if (!pattern.matcher(value).matches()) {
            problems.add(variable + ": '" + value + "' is not " + expected);
            return null;
        }
        return value;
    }

    private <T> @Nullable T parsed(String variable, String fallback, Function<String, @Nullable T> parser) {
        String value = value(variable, fallback);
        try {
            return parser.apply(value == null ? "" : value);
        } catch (IllegalArgumentException e) {
            problems.add(variable + ": " + e.getMessage());
            return null;
        }
    }

    private @Nullable String value(String variable, @Nullable String fallback) {
        String value = environment.get(variable);
        return value == null || value.isBlank() ? fallback : value.strip();
    }

    private static @Nullable Path sourceDir(String value) {
        if (value.equals("kubernetes")) {
            return null;
        }
        if (!value.startsWith("file:") || value.length() == "file:".length()) {
            throw new IllegalArgumentException("'" + value + "' is neither 'kubernetes' nor 'file:DIR'");
        }
        return path(value.substring("file:".length()));
    }

    private static @Nullable Path path(String value) {
        return value.isEmpty() ? null : Path.of(value).toAbsolutePath().normalize();
    }

    private static OptionalInt mtu(String value) {
        return value.equals("auto")
                ? OptionalInt.empty()
                : OptionalInt.of(number(value, MIN_MTU, MAX_MTU, "'auto' or a number"));
    }

    private static CniMode cniMode(String value) {
        return switch (value) {
            case "main" -> CniMode.MAIN;
            case "chained" -> CniMode.CHAINED;
            default -> throw new IllegalArgumentException("'" + value + "' is neither 'main' nor 'chained'");
        };
    }

    private static Duration seconds(String value) {
        return Duration.ofSeconds(number(value, 0, LONGEST_WAIT_SECONDS, "a number of seconds"));
    }

    private static Integer port(String value) {
        return number(value, 1, 65535, "a port");
    }

    private static int number(String value, int min, int max, String expected) {
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + value + "' is not " + expected + " from " + min + " to " + max, e);
        }
        throw new IllegalArgumentException("'" + value + "' is not " + expected + " from " + min + " to " + max);
    }

    private static AgentSettings.Crypto crypto(String value) {
        return Arrays.stream(AgentSettings.Crypto.values())
                .filter(c -> c.name().toLowerCase(Locale.ROOT).equals(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + value + "' is none of "
                        + Arrays.stream(AgentSettings.Crypto.values())
                                .map(c -> c.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))));
    }

    private static List<Prefix> prefixes(String value) {
        return Arrays.stream(value.split(","))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .map(Prefix::parse)
                .toList();
    }
}
