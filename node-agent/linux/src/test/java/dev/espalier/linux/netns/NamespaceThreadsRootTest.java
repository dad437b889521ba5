package dev.espalier.linux.netns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("root")
class NamespaceThreadsRootTest {
    private static final String HOME = "esp-home" + ProcessHandle.current().pid();
    private static final String AWAY = "esp-away" + ProcessHandle.current().pid();

    private NetworkNamespace home;
    private NetworkNamespace away;
    private NamespaceThreads threads;

    @BeforeEach
    void start() throws IOException {
        home = NetworkNamespace.create(HOME);
        away = NetworkNamespace.create(AWAY);
        threads = home.call(() -> NamespaceThreads.start("test ", 2));
    }

    @AfterEach
    void end() throws IOException {
        threads.close();
        home.close();
        away.close();
        NetworkNamespace.delete(HOME);
        NetworkNamespace.delete(AWAY);
    }

    @Test
    void aTaskIsAtHomeGoesAwayAndComesBackAlsoAfterAFailedVisit() throws IOException {
        List<Boolean> seen = threads.call(visitor -> {
            List<Boolean> found = new ArrayList<>();
            found.add(isIn(home));
            found.add(visitor.inside(away, () -> isIn(away)));
            found.add(isIn(home));
            assertThatThrownBy(() -> visitor.inside(away, () -> {
                        throw new ErrnoException("connect", "x", Errno.ECONNREFUSED);
                    }))
                    .isInstanceOf(ErrnoException.class);
            found.add(isIn(home));
            return found;
        });

        assertThat(seen).hasSize(4).containsOnly(true);
    }

    @Test
    @Tag("CNI-11")
    void manyTasksOfManyThreadsNeverSeeEachOthersNamespace() throws Exception {
        try (ExecutorService callers = Executors.newFixedThreadPool(20)) {
            List<Future<Boolean>> answers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                answers.add(callers.submit(() ->
                        threads.call(v -> isIn(home) && v.inside(away, () -> isIn(away)) && isIn(home))));
            }
            for (Future<Boolean> answer : answers) {
                assertThat(answer.get()).isTrue();
            }
        }
    }

    @Test
    void whatATaskThrowsIsThrownAndAnInterruptWaitsForIt() throws Exception {
        assertThatThrownBy(() -> threads.call(visitor -> {
                    throw new ErrnoException("connect", "x", Errno.ECONNREFUSED);
                }))
                .isInstanceOf(ErrnoException.class)
                .hasMessage("connect x: ECONNREFUSED");
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        List<Boolean> interrupted = new ArrayList<>();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                threads.call(visitor -> {
                    begun.countDown();
                    go.await();
                    return true;
                });
                interrupted.add(Thread.currentThread().isInterrupted());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        begun.await();
        caller.interrupt();
        go.countDown();
        caller.join();
        assertThat(interrupted).containsExactly(true);
    }

    @Test
    void afterTheEndNothingIsBegun() {
        threads.close();
        threads.close();

        assertThatThrownBy(() -> threads.call(visitor -> true)).hasMessageContaining("have ended");
    }

    private static boolean isIn(NetworkNamespace namespace) throws IOException {
        try (NetworkNamespace current = NetworkNamespace.current()) {
            return current.isSameAs(namespace);
        }
    }
}
