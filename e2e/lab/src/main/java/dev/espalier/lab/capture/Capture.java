package dev.espalier.lab.capture;

import dev.espalier.lab.LabException;
import dev.espalier.lab.shell.Shell;
import dev.espalier.lab.shell.Waiting;
import dev.espalier.lab.topology.LabNode;
import dev.espalier.lab.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A running tcpdump on a node's underlay link, from outside the node. */
public final class Capture implements AutoCloseable {
    /** Any packet that has a pod's address in its outer header. */
    public static final String CLEAR = "net 10.244.0.0/16 or ip6 net fd44::/48";

    private final Process process;
    private final Path file;

    private Capture(Process process, Path file) {
        this.process = process;
        this.file = file;
    }

    /** Begins to capture and returns once packets are being seen; {@code file} is replaced. */
    public static Capture start(LabNode node, Path file) {
        Path log = file.resolveSibling(file.getFileName() + ".log");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.deleteIfExists(log);
            // tcpdump gives the file to a user of its own, and in a sticky folder the kernel then refuses it to root.
            Files.deleteIfExists(file);
            // 32 MiB of kernel buffer: a capture that drops packets proves nothing, and close() refuses one that did.
            // 128 octets hold every header. Immediate mode, since else a packet may wait a second in the kernel's ring,
            // and
            // the count that follows does not see it.
            List<String> command = Topology.in(
                    Topology.CONTROL_PLANE,
                    List.of(
                            "tcpdump",
                            "-i",
                            node.bridgePort(),
                            "-n",
                            "-U",
                            "--immediate-mode",
                            "-s",
                            "128",
                            "-B",
                            "32768",
                            "-w",
                            file.toString()));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            Waiting.until(
                    "tcpdump listens on " + node.bridgePort(),
                    Duration.ofSeconds(10),
                    () -> !process.isAlive() || contains(log, "listening on"));
            if (!process.isAlive()) {
                throw new LabException("tcpdump ended: " + Files.readString(log).strip());
            }
            return new Capture(process, file);
        } catch (IOException e) {
            throw new LabException("cannot run tcpdump: " + e.getMessage(), e);
        }
    }

    public Path file() {
        return file;
    }

    /** Packets so far that match a pcap filter. */
    public long count(String filter) {
        return Shell.attempt("tcpdump", "-n", "-r", file.toString(), filter)
                .out()
                .lines()
                .count();
    }

    /** The first packets that match, as text, for a person to read. */
    public String show(String filter, int most) {
        return String.join(
                "\n",
                Shell.attempt("tcpdump", "-n", "-r", file.toString(), "-c", Integer.toString(most), filter)
                        .out()
                        .lines()
                        .toList());
    }

    /** Ends the capture; throws when the kernel had to drop packets, since then the file proves nothing. */
    @Override
    public void close() {
        if (!process.isAlive()) {
            return;
        }
        // What is on its way through the ring still counts.
        Waiting.pause(Duration.ofMillis(300));
        process.destroy();
        try {
            process.waitFor();
            String log = Files.readString(file.resolveSibling(file.getFileName() + ".log"));
            if (!log.contains("0 packets dropped by kernel")) {
                throw new LabException("the capture " + file + " is incomplete: " + log.strip());
            }
        } catch (IOException e) {
            throw new LabException("cannot read the capture's log: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean contains(Path file, String text) {
        try {
            return Files.exists(file) && Files.readString(file).contains(text);
        } catch (IOException e) {
            return false;
        }
    }
}
