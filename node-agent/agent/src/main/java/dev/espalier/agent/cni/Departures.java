package dev.espalier.agent.cni;

import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.netlink.Batch;
import dev.espalier.linux.netlink.Rtnetlink;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes pods' interfaces away. For each removal the kernel waits until no processor can still be reading what is removed, some tens of milliseconds, and one
 * removal waits for the other; but one of many interfaces takes no longer than that of one. So what is asked for while a removal is under way is done
 * together, next: moved into the group {@link #GROUP}, which the packet filter lets nothing pass from or to, and removed by that. Thread-safe.
 */
final class Departures implements AutoCloseable {
    /** What is in it (IFLA_GROUP) is about to go. Nobody else may use it. */
    static final int GROUP = 7701;

    private static final Logger LOG = Logger.getLogger(Departures.class);

    /** Guarded by {@link #removing}, but for the name. */
    private static final class Departure {
        private final String hostInterface;
        private boolean done;
        private @Nullable ErrnoException failure;

        Departure(String hostInterface) {
            this.hostInterface = hostInterface;
        }

        void end(@Nullable ErrnoException with) {
            failure = with;
            done = true;
        }
    }

    private final Rtnetlink node;
    private final ReentrantLock removing = new ReentrantLock();
    private final List<Departure> waiting = new ArrayList<>();

    /** @param node taken over */
    Departures(Rtnetlink node) {
        this.node = node;
    }

    /** Removes a node end and its rules; nothing being there is as good. Routes, neighbours and the other end go with the interface. */
    void remove(String hostInterface) throws ErrnoException {
        Departure departure = new Departure(hostInterface);
        synchronized (waiting) {
            waiting.add(departure);
        }
        removing.lock();
        try {
            // Whoever had the lock before may have done it.
            if (!departure.done) {
                removeAll(takeWaiting());
            }
            if (departure.failure != null) {
                throw departure.failure;
            }
        } finally {
            removing.unlock();
        }
    }

    @Override
    public void close() {
        node.close();
    }

    private List<Departure> takeWaiting() {
        synchronized (waiting) {
            List<Departure> taken = List.copyOf(waiting);
            waiting.clear();
            return taken;
        }
    }

    private void removeAll(List<Departure> departures) {
        if (departures.size() > 1) {
            try {
                removeTogether(departures);
                return;
            } catch (ErrnoException e) {
                // One that cannot be removed must not keep the others.
                LOG.warnf("%d interfaces could not be removed together: %s", departures.size(), e.getMessage());
            }
        }
        for (Departure departure : departures) {
            try {
                Batch batch = node.batch().deleteLink(departure.hostInterface);
                deleteRules(batch, departure);
                batch.run();
                departure.end(null);
            } catch (ErrnoException e) {
                departure.end(e);
            }
        }
    }

    private void removeTogether(List<Departure> departures) throws ErrnoException {
        Batch batch = node.batch();
        departures.forEach(departure -> batch.setGroup(departure.hostInterface, GROUP));
        batch.deleteGroup(GROUP);
        departures.forEach(departure -> deleteRules(batch, departure));
        batch.run();
        departures.forEach(departure -> departure.end(null));
    }

    // After the interface: while that is there, packets of the pod must find their way or be refused by table 7700.
    private static void deleteRules(Batch batch, Departure departure) {
        batch.delete(PodWiring.rule(false, departure.hostInterface))
                .delete(PodWiring.rule(true, departure.hostInterface));
    }
}
