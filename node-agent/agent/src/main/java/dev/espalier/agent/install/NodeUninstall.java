package dev.espalier.agent.install;

import dev.espalier.agent.settings.SettingsException;
import dev.espalier.linux.netlink.Rtnetlink;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * {@code espalier-agent uninstall [--stay FILE]}: takes everything of ours off this node, the counterpart of all that agents ever put there. An agent that merely
 * ends leaves the node closed; only this opens it. Refuses while an agent runs. May be run again, and ends with 0 only when nothing is left:
 *
 * <ol>
 *   <li>CNI configuration, then plugin: no new pods;
 *   <li>pods' interfaces, tunnel device, rules, routes, packet filter;
 *   <li>the content of the run folder, the node's private key included.
 * </ol>
 *
 * With {@code --stay}, makes FILE when all is done and waits for SIGTERM, as a container that is to be seen ready does.
 */
public final class NodeUninstall {
    private static final int NOT_DONE = 1;
    private static final int USAGE = 2;

    private final Map<String, String> environment;
    private final PrintStream out;

    NodeUninstall(Map<String, String> environment, PrintStream out) {
        this.environment = environment;
        this.out = out;
    }

    public static void main(String... args) throws InterruptedException {
        boolean stays = args.length == 2 && args[0].equals("--stay");
        if (args.length != 0 && !stays) {
            System.err.println("usage: espalier-agent uninstall [--stay FILE]");
            System.exit(USAGE);
        }
        try {
            List<String> left = new NodeUninstall(System.getenv(), System.out).run();
            left.forEach(what -> System.err.println("espalier-agent: still there: " + what));
            if (!left.isEmpty()) {
                System.exit(NOT_DONE);
            }
            if (stays) {
                Files.writeString(Path.of(args[1]), "done\n");
                new CountDownLatch(1).await();
            }
        } catch (IOException | SettingsException e) {
            System.err.println("espalier-agent: uninstall: " + e.getMessage());
            System.exit(NOT_DONE);
        }
    }

    /**
     * Does it.
     *
     * @return what is left, for people; empty when all is gone
     * @throws IOException when an agent runs, or a file or the kernel refuses
     */
    List<String> run() throws IOException, SettingsException {
        Path runDir = Path.of(value("ESPALIER_RUN_DIR", "/run/espalier"));
        Files.createDirectories(runDir);
        Path lockFile = runDir.resolve("agent.lock");
        try (FileChannel lock = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (isHeld(lock)) {
                throw new IOException("an agent runs on this node (" + lockFile
                        + " is locked): end it first, or it puts everything back");
            }
            InstallSettings install = InstallSettings.read(environment);
            if (install != null) {
                new NetworkConfigFolder(install.confDir()).remove();
                if (new PluginFile(install.plugin(), install.binDir()).remove()) {
                    out.println("removed: CNI plugin and configuration");
                }
            }
            List<String> left = kernel();
            emptyFolder(runDir, lockFile);
            Files.deleteIfExists(lockFile);
            return left;
        }
    }

    private static boolean isHeld(FileChannel lock) throws IOException {
        try {
            return lock.tryLock() == null;
        } catch (OverlappingFileLockException e) {
            // By this process.
            return true;
        }
    }

    private List<String> kernel() throws IOException {
        try (Rtnetlink netlink = Rtnetlink.open()) {
            KernelState state = new KernelState(netlink, value("ESPALIER_TUN", "espalier0"));
            state.remove().forEach(what -> out.println("removed: " + what));
            return state.remaining();
        }
    }

    /** The folder itself may be a mount, which cannot be removed from inside. */
    private static void emptyFolder(Path folder, Path except) throws IOException {
        List<Path> deepestFirst = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            paths.sorted(Comparator.reverseOrder()).forEach(deepestFirst::add);
        }
        for (Path path : deepestFirst) {
            if (!path.equals(folder) && !path.equals(except)) {
                Files.deleteIfExists(path);
            }
        }
    }

    private String value(String variable, String fallback) {
        String value = environment.get(variable);
        return value == null || value.isBlank() ? fallback : value.strip();
    }
}
