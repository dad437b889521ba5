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

    /** The sum of a summary's rows for one controller; 0 when there is none. */
    double percentile(String name, String controller, String quantile) {
        return rows(line -> line.startsWith(name + "{")
                && line.contains("quantile=\"" + quantile + "\"")
                && line.contains("\"" + controller + "\""));
    }

    private double rows(Predicate<String> wanted) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            String text = http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + "/metrics"))
                                    .timeout(Duration.ofSeconds(5))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            return text.lines()
                    .filter(wanted)
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
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
