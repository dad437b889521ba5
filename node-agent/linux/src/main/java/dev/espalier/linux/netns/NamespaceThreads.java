package dev.espalier.linux.netns;

import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Syscalls;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Some platform threads that stay, for work in and out of network namespaces: in place of {@link NetworkNamespace#call}, which starts a thread each time, where
 * there is much of it. All of them are at home in the namespace of the thread that started them. Tasks are begun in their order.
 */
public final class NamespaceThreads implements AutoCloseable {
    /** For the task that got it, on the task's own thread, for as long as that runs. */
    public interface Visitor {
        /**
         * Runs {@code visit} inside {@code namespace}, and is home again when it returns or throws.
         *
         * @throws IOException what {@code visit} throws; and when the namespace cannot be entered
         */
        <T> T inside(NetworkNamespace namespace, Callable<T> visit) throws IOException;
    }

    /** What is done at home, with visits. */
    public interface Task<T> {
        T run(Visitor visitor) throws Exception;
    }

    private interface Turn {
        void take(Resident resident);
    }

    private final NetworkNamespace home;
    private final LinkedBlockingQueue<Turn> turns = new LinkedBlockingQueue<>();
    private final AtomicInteger threads;
    private boolean closed;

    private NamespaceThreads(NetworkNamespace home, int count) {
        this.home = home;
        threads = new AtomicInteger(count);
    }

    /** At home in the calling thread's namespace. */
    public static NamespaceThreads start(String name, int count) throws ErrnoException {
        NamespaceThreads started = new NamespaceThreads(NetworkNamespace.current(), count);
        for (int i = 0; i < count; i++) {
            Thread.ofPlatform().daemon().name(name, i).start(started.new Resident());
        }
        return started;
    }

    /**
     * Waits for its turn and runs {@code task}. What the task throws is thrown; an interrupt while waiting is kept for the caller and does not cut the task short,
     * since half done is worse than late. Not to be called by a task.
     *
     * @throws IOException as well when these threads have been closed
     */
    public <T> T call(Task<T> task) throws IOException {
        CompletableFuture<T> result = new CompletableFuture<>();
        enqueue(resident -> {
            try {
                resident.goHome();
                result.complete(task.run(resident));
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return NetworkNamespace.await(result);
    }

    /** Ends the threads when they have done what they were called for until now. */
    @Override
    public void close() {
        synchronized (turns) {
            if (!closed) {
                closed = true;
                for (int i = threads.get(); i > 0; i--) {
                    turns.add(Resident::leave);
                }
            }
        }
    }

    private void enqueue(Turn turn) throws IOException {
        synchronized (turns) {
            if (closed) {
                throw new IOException("the threads for network namespaces have ended");
            }
            turns.add(turn);
        }
    }

    private final class Resident implements Runnable, Visitor {
        private boolean atHome;
        private boolean leaving;

        @Override
        public void run() {
            boolean interrupted = false;
            while (!leaving) {
                try {
                    turns.take().take(this);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (threads.decrementAndGet() == 0) {
                home.close();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public <T> T inside(NetworkNamespace namespace, Callable<T> visit) throws IOException {
            Syscalls.setNamespace(namespace.fd(), Syscalls.CLONE_NEWNET);
            atHome = false;
            try {
                return visit.call();
            } catch (Exception e) {
                throw NetworkNamespace.unwrap(e);
            } finally {
                goHome();
            }
        }

        void leave() {
            leaving = true;
        }

        // Again before each turn: should a thread ever not have found back, its next task must not be done elsewhere.
        void goHome() throws ErrnoException {
            if (!atHome) {
                Syscalls.setNamespace(home.fd(), Syscalls.CLONE_NEWNET);
                atHome = true;
            }
        }
    }
}
