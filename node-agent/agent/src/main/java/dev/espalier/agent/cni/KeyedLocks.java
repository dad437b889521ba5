package dev.espalier.agent.cni;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** A lock for each key that is in use, so that one container never waits for another (CNI-11). */
final class KeyedLocks {
    private static final class Counted {
        private final ReentrantLock lock = new ReentrantLock();
        private int users;
    }

    /** To be closed by the thread that got it. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    private final Map<String, Counted> locks = new HashMap<>();

    Held lock(String key) {
        Counted counted;
        synchronized (locks) {
            counted = locks.computeIfAbsent(key, k -> new Counted());
            counted.users++;
        }
        counted.lock.lock();
        return () -> {
            counted.lock.unlock();
            synchronized (locks) {
                if (--counted.users == 0) {
                    locks.remove(key);
                }
            }
        };
    }
}
