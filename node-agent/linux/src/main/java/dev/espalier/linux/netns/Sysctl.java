package dev.espalier.linux.netns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Kernel settings under /proc/sys. Those under {@code net} are those of the calling thread's network namespace: use them inside
 * {@link NetworkNamespace#call}.
 */
public final class Sysctl {
    private static final Path ROOT = Path.of("/proc/sys");

    private Sysctl() {}

    /**
     * Sets {@code key}, such as {@code net/ipv4/conf/eth0/rp_filter} (slashes, because interface names may hold dots).
     *
     * @throws IOException with the key's name: no such key, a read-only /proc/sys, or a value that the kernel refuses
     */
    public static void set(String key, String value) throws IOException {
        Path file = file(key);
        try {
            Files.writeString(file, value, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException("sysctl " + key + " = " + value + ": " + e.getMessage(), e);
        }
    }

    /** As {@link #set}, but a kernel that has no such key, for want of a family, needs no value: false then. */
    public static boolean setIfPresent(String key, String value) throws IOException {
        try {
            Files.writeString(file(key), value, StandardOpenOption.WRITE);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new IOException("sysctl " + key + " = " + value + ": " + e.getMessage(), e);
        }
    }

    /** As {@link #setIfPresent}, but looks first: for many a key the kernel takes a lock that others want when it is set, whatever to. */
    public static boolean ensureIfPresent(String key, String value) throws IOException {
        try {
            return get(key).equals(value) || setIfPresent(key, value);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    public static String get(String key) throws IOException {
        return Files.readString(file(key)).strip();
    }

    /** Whether the kernel has the key, for families and drivers that may be missing. */
    public static boolean exists(String key) {
        return Files.exists(file(key));
    }

    private static Path file(String key) {
        Path file = ROOT.resolve(key).normalize();
        if (!file.startsWith(ROOT) || !file.equals(ROOT.resolve(key))) {
            throw new IllegalArgumentException("not a sysctl key: '" + key + "'");
        }
        return file;
    }
}
