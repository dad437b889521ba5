package dev.espalier.agent.watch;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Calls back when a folder may have changed: soon after the file system says so, and every so often regardless, because notifications
 * get lost (network file systems, replaced folders, swapped symbolic links). The callback reads the folder itself and decides
 * whether anything is different. One virtual thread; the first call comes at once.
 */
public final class FolderWatch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(FolderWatch.class);
    /** Long enough for an editor or a copy to finish the file it has begun. */
    private static final Duration SETTLE = Duration.ofMillis(100);

    private final Path folder;
    private final Duration period;
    private final Runnable scan;
    private final Thread thread;
    private @Nullable WatchService service;
    private @Nullable WatchKey key;

    private FolderWatch(Path folder, Duration period, Runnable scan) {
        this.folder = folder;
        this.period = period;
        this.scan = scan;
        this.thread = Thread.ofVirtual().name("watch " + folder.getFileName()).unstarted(this::run);
    }

    /**
     * @param period the longest time between two scans
     * @param scan never throws
     */
    public static FolderWatch start(Path folder, Duration period, Runnable scan) {
        FolderWatch watch = new FolderWatch(folder, period, scan);
        watch.thread.start();
        return watch;
    }

    /** Returns after the scan that runs, if any, has ended. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!Thread.interrupted()) {
                register();
                scan.run();
                await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            unregister();
        }
    }

    private void await() throws InterruptedException {
        WatchService current = service;
        if (current == null) {
            TimeUnit.NANOSECONDS.sleep(period.toNanos());
            return;
        }
        WatchKey changed = current.poll(period.toNanos(), TimeUnit.NANOSECONDS);
        while (changed != null) {
            changed.pollEvents();
            if (!changed.reset()) {
                unregister();
                return;
            }
            changed = current.poll(SETTLE.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void register() {
        if (key != null && key.isValid()) {
            return;
        }
        unregister();
        if (!Files.isDirectory(folder)) {
            return;
        }
        try {
            service = folder.getFileSystem().newWatchService();
            key = folder.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
        } catch (IOException e) {
            LOG.debugf(e, "no change notifications for %s, scanning every %s", folder, period);
            unregister();
        }
    }

    private void unregister() {
        WatchService current = service;
        service = null;
        key = null;
        if (current != null) {
            try {
                current.close();
            } catch (IOException e) {
                LOG.debugf(e, "closing the watch of %s", folder);
            }
        }
    }
}
