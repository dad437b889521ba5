package dev.espalier.lab.shell;

import dev.espalier.lab.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Background processes by name, each with a pid file and a log in one folder, so that any later call finds them again. The pid file
 * also holds the process's start time: a pid that the kernel has given to someone else is not ours.
 */
public final class Daemons {
    private final Path folder;

    public Daemons(Path folder) {
        this.folder = folder;
    }

    public Path log(String name) {
        return folder.resolve(name + ".log");
    }

    /** Starts {@code name}; one that runs already is an error. */
    public void start(String name, List<String> command, Map<String, String> environment) {
        if (handle(name).isPresent()) {
            throw new LabException(name + " runs already");
        }
        try {
            Files.createDirectories(folder);
            long pid = Shell.background(command, environment, log(name));
            Files.writeString(pidFile(name), pid + " " + startTicks(pid));
        } catch (IOException e) {
            throw new LabException("cannot keep the pid of " + name + ": " + e.getMessage(), e);
        }
    }

    /** Gives a process another name, under which none runs any more; its log keeps the old one. */
    public void rename(String name, String other) {
        if (running(other)) {
            throw new LabException(other + " runs still");
        }
        try {
            Files.move(pidFile(name), pidFile(other), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new LabException("cannot rename " + name + ": " + e.getMessage(), e);
        }
    }

    public boolean running(String name) {
        return handle(name).isPresent();
    }

    public Optional<Long> pid(String name) {
        return handle(name).map(ProcessHandle::pid);
    }

    /** SIGKILL; succeeds when it is not running. */
    public void kill(String name) {
        handle(name).ifPresent(process -> {
            process.destroyForcibly();
            await(process, Duration.ofSeconds(5));
        });
    }

    /** SIGTERM and, ten seconds later, SIGKILL; succeeds when it is not running. */
    public void stop(String name) {
        handle(name).ifPresent(process -> {
            process.destroy();
            if (!await(process, Duration.ofSeconds(10))) {
                process.destroyForcibly();
                await(process, Duration.ofSeconds(5));
            }
        });
    }

    private Optional<ProcessHandle> handle(String name) {
        try {
            String[] parts = Files.readString(pidFile(name)).strip().split(" ", -1);
            long pid = Long.parseLong(parts[0]);
            return parts.length == 2 && parts[1].equals(startTicks(pid)) ? ProcessHandle.of(pid) : Optional.empty();
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private Path pidFile(String name) {
        return folder.resolve(name + ".pid");
    }

    /** The start time in clock ticks since boot, field 22 of {@code /proc/PID/stat}; empty when there is no such process or only its zombie. */
    private static String startTicks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return fields[0].equals("Z") ? "" : fields[19];
        } catch (IOException e) {
            return "";
        }
    }

    private static boolean await(ProcessHandle process, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!startTicks(process.pid()).isEmpty()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Waiting.pause(Duration.ofMillis(20));
        }
        return true;
    }
}
