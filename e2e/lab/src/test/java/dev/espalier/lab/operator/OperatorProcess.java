package dev.espalier.lab.operator;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** One operator, started by its launcher with a service account's token. */
final class OperatorProcess {
    private final Process process;
    private final Path log;
    private final int httpPort;

    private OperatorProcess(Process process, Path log, int httpPort) {
        this.process = process;
        this.log = log;
        this.httpPort = httpPort;
    }

    /** @param environment {@code NAME=value} */
    static OperatorProcess start(
            String name, Path folder, Config admin, String token, int[] ports, String... environment) {
        try {
            Path kubeconfig = folder.resolve(name + ".kubeconfig");
            Files.writeString(kubeconfig, kubeconfig(admin, token));
            Path log = folder.resolve(name + ".log");
            Path launcher = Path.of(System.getProperty("espalier.root", "../.."))
                    .resolve("operator/bin/espalier-operator")
                    .toAbsolutePath();
            ProcessBuilder builder = new ProcessBuilder(launcher.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().put("KUBECONFIG", kubeconfig.toString());
            builder.environment().put("HOSTNAME", name);
            builder.environment().put("ESPALIER_HTTP_PORT", Integer.toString(ports[0]));
            builder.environment().put("ESPALIER_ADMISSION_PORT", Integer.toString(ports[1]));
            for (String variable : environment) {
                String[] parts = variable.split("=", 2);
                builder.environment().put(parts[0], parts[1]);
            }
            return new OperatorProcess(builder.start(), log, ports[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By SIGTERM; the exit code. */
    int terminate() {
        process.destroy();
        return awaitExit();
    }

    int awaitExit() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("the operator does not end:\n" + log());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    void kill() {
        signal("CONT");
        process.destroyForcibly();
        awaitExit();
    }

    /** @param signal such as {@code STOP} */
    void signal(String signal) {
        if (!process.isAlive()) {
            return;
        }
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The sum of a metric's rows; 0 when there is none. */
    double metric(String name) {
        return rows(line -> line.startsWith(name + " ") || line.startsWith(name + "{"));
    }

    /** Of one controller, since the process began. */
    ReconcileTimes reconcileTimes(String controller) {
        Map<Double, Long> upTo = new HashMap<>();
        metrics()
                .lines()
                .filter(line -> line.startsWith("reconciliations_execution_duration_seconds_bucket{")
                        && line.contains("\"" + controller + "\""))
                .forEach(line -> {
                    String bound = line.replaceFirst(".*le=\"([^\"]+)\".*", "$1");
                    upTo.put(bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound), (long)
                            value(line));
                });
        return ReconcileTimes.of(upTo);
    }

    double residentMegabytes() throws IOException {
        return status("VmRSS:");
    }

    double peakMegabytes() throws IOException {
        return status("VmHWM:");
    }

    /** What it says of itself to Prometheus. */
    String metrics() {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + "/metrics"))
                                    .timeout(Duration.ofSeconds(5))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private double rows(Predicate<String> wanted) {
        return metrics()
                .lines()
                .filter(wanted)
                .mapToDouble(OperatorProcess::value)
                .sum();
    }

    private static double value(String line) {
        return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }

    private double status(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith(field))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024 / 1e6)
                .sum();
    }

    private static String kubeconfig(Config admin, String token) throws IOException {
        String authority = admin.getCaCertData() != null
                ? admin.getCaCertData()
                : Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(admin.getCaCertFile())));
        return """
                apiVersion: v1
                kind: Config
                clusters: [{name: test, cluster: {server: "%s", certificate-authority-data: "%s"}}]
                users: [{name: operator, user: {token: "%s"}}]
                contexts: [{name: test, context: {cluster: test, user: operator}}]
                current-context: test
                """.formatted(admin.getMasterUrl(), authority, token);
    }
}
