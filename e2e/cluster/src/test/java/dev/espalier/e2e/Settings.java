package dev.espalier.e2e;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code e2e/cluster/run} was told, from its environment. Commands are split at spaces; {@code {node}} and {@code {tar}} stand for a node's
 * name and an image archive.
 */
record Settings(Map<String, String> environment) {
    /** What is installed. */
    enum Mode {
        MAIN,
        CHAINED,
        NONE
    }

    static Settings fromEnvironment() {
        return new Settings(System.getenv());
    }

    Path kubeconfig() {
        return Path.of(option("KUBECONFIG").orElseThrow(() -> new IllegalStateException("no kubeconfig was given")));
    }

    Mode mode() {
        return Mode.valueOf(option("MODE").orElse("main").toUpperCase(Locale.ROOT));
    }

    /** The command that runs {@code command} as root on a node. */
    List<String> onNode(String node, List<String> command) {
        String prefix = option("NODE_EXEC")
                .orElseThrow(
                        () -> new IllegalStateException("--node-exec was not given: the suite cannot reach the nodes"));
        return concat(words(prefix.replace("{node}", node)), command);
    }

    /** The command that runs {@code command}, which may be tcpdump, ping or curl, in a node's network. */
    List<String> inNetworkOf(String node, List<String> command) {
        return option("NETWORK_EXEC")
                .map(prefix -> concat(words(prefix.replace("{node}", node)), command))
                .orElseGet(() -> onNode(node, command));
    }

    /** The command that runs {@code command} on a host beside the nodes. */
    List<String> outside(List<String> command) {
        return concat(option("OUTSIDE").map(Settings::words).orElse(List.of()), command);
    }

    boolean hasOutside() {
        return option("OUTSIDE").isPresent();
    }

    Optional<List<String>> loadImage(Path archive) {
        return option("LOAD_IMAGE").map(command -> words(command.replace("{tar}", archive.toString())));
    }

    Optional<List<String>> cut(String node) {
        return option("CUT").map(command -> words(command.replace("{node}", node)));
    }

    Optional<List<String>> heal(String node) {
        return option("HEAL").map(command -> words(command.replace("{node}", node)));
    }

    /** The archive of Espalier's image. */
    Path image() {
        return option("IMAGE").map(Path::of).orElseGet(() -> root().resolve("deploy/images/target/espalier-0.1.0.tar"));
    }

    Path out() {
        return Path.of(option("OUT").orElse("target/cluster"));
    }

    /** The project's root, from Surefire's settings. */
    static Path root() {
        return Path.of(System.getProperty("espalier.root", "../.."))
                .toAbsolutePath()
                .normalize();
    }

    private Optional<String> option(String name) {
        return Optional.ofNullable(environment.get("ESPALIER_E2E_" + name)).filter(value -> !value.isBlank());
    }

    private static List<String> words(String command) {
        return Arrays.stream(command.strip().split(" +", -1)).toList();
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return java.util.stream.Stream.concat(first.stream(), second.stream()).toList();
    }
}
