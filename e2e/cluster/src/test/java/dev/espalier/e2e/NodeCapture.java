package dev.espalier.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A tcpdump on the device that holds a node's own address, writing to a file here. */
final class NodeCapture implements AutoCloseable {
    private final Settings settings;
    private final String node;
    private final Path file;
    private final Path log;
    private final Process process;
    private final long pid;

    private NodeCapture(Settings settings, String node, Path file, Path log, Process process) {
        this.settings = settings;
        this.node = node;
        this.file = file;
        this.log = log;
        this.process = process;
        Waiting.until(
                "tcpdump listens on " + node,
                Duration.ofSeconds(20),
                () -> text(log).contains("listening on"),
                () -> text(log));
        this.pid = Long.parseLong(text(log).lines().findFirst().orElseThrow().strip());
    }

    /** Begins to capture and returns once packets are being seen. */
    static NodeCapture start(Settings settings, String node, String address, Path folder) {
        Path file = folder.resolve(node + ".pcap");
        Path log = folder.resolve(node + ".tcpdump");
        // 128 octets hold every header; 32 MiB of kernel buffer, since a capture that lost packets proves nothing. The
        // pid is the node's own,
        // for killing it where the command that started it cannot pass a signal on.
        String script = "device=$(ip -o addr show to " + address + " | awk '{print $2; exit}'); echo $$ >&2; "
                + "exec tcpdump -i \"$device\" -n -U --immediate-mode -s 128 -B 32768 -w -";
        try {
            Files.createDirectories(folder);
            Process process = new ProcessBuilder(settings.inNetworkOf(node, List.of("sh", "-c", script)))
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(file.toFile())
                    .redirectError(log.toFile())
                    .start();
            return new NodeCapture(settings, node, file, log, process);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot capture on " + node, e);
        }
    }

    String node() {
        return node;
    }

    /** Packets so far that match a pcap filter. */
    long count(String filter) {
        return read(filter).lines().count();
    }

    /** The packets that match, as text for a person to read. */
    String show(String filter, int most) {
        return String.join("\n", read(filter).lines().limit(most).toList());
    }

    private String read(String filter) {
        // The last packet may be half written; tcpdump prints the others and complains on standard error.
        Commands.Result result = Commands.attempt(
                List.of("sh", "-c", "tcpdump -n -r \"$0\" \"$1\" 2>/dev/null; true", file.toString(), filter));
        return result.out();
    }

    /** Ends the capture and returns how many packets it saw; throws when the kernel dropped some, since then the file proves nothing. */
    long finish() {
        close();
        String said = text(log);
        if (!said.contains("0 packets dropped by kernel")) {
            throw new AssertionError("the capture on " + node + " is incomplete: " + said.strip());
        }
        return count("");
    }

    @Override
    public void close() {
        if (!process.isAlive()) {
            return;
        }
        // What is on its way through the ring still counts.
        Waiting.pause(Duration.ofMillis(300));
        Commands.attempt(settings.inNetworkOf(node, List.of("kill", Long.toString(pid))));
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
