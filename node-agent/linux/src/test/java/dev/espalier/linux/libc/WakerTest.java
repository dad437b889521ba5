package dev.espalier.linux.libc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class WakerTest {
    @Test
    void interruptsAThreadThatWaitsForEver() throws Exception {
        try (Arena arena = Arena.ofConfined();
                Waker waker = Waker.open()) {
            PollSet poll = new PollSet(arena, 1);
            int place = poll.add(waker.fd());
            CountDownLatch started = new CountDownLatch(1);
            Thread.ofPlatform().start(() -> {
                started.countDown();
                waker.wake();
            });
            started.await();

            assertThat(poll.await(-1)).isEqualTo(1);
            assertThat(poll.readable(place)).isTrue();

            waker.drain();
            assertThat(poll.await(0)).isZero();
            assertThat(poll.readable(place)).isFalse();
        }
    }

    @Test
    void noWakeIsLostBetweenThreads() throws Exception {
        int total = 20_000;
        AtomicInteger produced = new AtomicInteger();
        try (Arena arena = Arena.ofConfined();
                Waker waker = Waker.open()) {
            PollSet poll = new PollSet(arena, 1);
            poll.add(waker.fd());
            Thread producer = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < total; i++) {
                    produced.incrementAndGet();
                    waker.wake();
                }
            });
            int seen = 0;
            while (seen < total) {
                assertThat(poll.await(10_000_000_000L))
                        .as("a wake after %s of %s", seen, total)
                        .isEqualTo(1);
                waker.drain();
                seen = produced.get();
            }
            producer.join();
        }
    }

    @Test
    void aWakeAfterCloseDoesNothing() throws ErrnoException {
        Waker waker = Waker.open();
        waker.close();
        waker.close();
        waker.wake();
        assertThatThrownBy(waker::fd).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void errorsNameTheCallAndTheArgument() {
        assertThatThrownBy(() -> Syscalls.open(Path.of("/nowhere/at/all"), Syscalls.O_RDONLY))
                .isInstanceOf(ErrnoException.class)
                .hasMessage("open /nowhere/at/all: ENOENT");
        assertThat(new ErrnoException("ioctl", "x", 4242)).hasMessage("ioctl x: errno 4242");
    }

    @Test
    void callsReturnNegativeErrorNumbers() {
        assertThat(HotCalls.read(-1, 0, 0)).isEqualTo(-Errno.EBADF);
    }
}
