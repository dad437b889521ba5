package dev.espalier.agent.ike;

import dev.espalier.ike.EndpointStatus;
import dev.espalier.ike.IkeInput;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the IKE loop, in order of precedence:
 *
 * <ol>
 *   <li>configuration, credentials and requests of an administrator: few, never lost; who puts one waits when there are too many;
 *   <li>path changes and peers with traffic waiting: one entry for each SA or peer, however often they are said;
 *   <li>datagrams of SAs that exist;
 *   <li>datagrams that ask for a new SA, which anyone can send: they never hold up the others (F-14, F-30).
 * </ol>
 *
 * Both kinds of datagram are bounded; the newest is refused when there is no room. Any thread puts, one takes.
 */
public final class IkeInbox {
    static final int MAX_REQUESTS = 256;
    static final int MAX_LIVE_DATAGRAMS = 2048;
    static final int MAX_OPENING_DATAGRAMS = 512;
    static final int MAX_UNKNOWN_SPIS = 32;

    private static final int RESPONDER_SPI_OFFSET = 8;
    private static final int EXCHANGE_TYPE_OFFSET = 18;
    private static final int IKE_HEADER_LENGTH = 28;
    private static final int IKE_SA_INIT = 34;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final Condition notFull = lock.newCondition();
    private final ArrayDeque<CompletableFuture<EndpointStatus>> questions = new ArrayDeque<>();
    private final ArrayDeque<Runnable> orders = new ArrayDeque<>();
    private final ArrayDeque<IkeInput> requests = new ArrayDeque<>();
    private final Map<Integer, UdpPath> movedPeers = new LinkedHashMap<>();
    private final Set<String> waitingPeers = new LinkedHashSet<>();
    private final Set<UdpPath> unknownSpis = new LinkedHashSet<>();
    private final ArrayDeque<IkeInput> live = new ArrayDeque<>();
    private final ArrayDeque<IkeInput> opening = new ArrayDeque<>();

    /** Configuration, credentials or a request: waits for room. */
    public void put(IkeInput input) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (requests.size() >= MAX_REQUESTS) {
                notFull.await();
            }
            requests.add(input);
            notEmpty.signal();
        } finally {
            lock.unlock();
        }
    }

    /** What the engine holds, as soon as the loop gets to it. */
    public CompletableFuture<EndpointStatus> status() {
        CompletableFuture<EndpointStatus> answer = new CompletableFuture<>();
        lock.lock();
        try {
            questions.add(answer);
            notEmpty.signal();
        } finally {
            lock.unlock();
        }
        return answer;
    }

    /** Something for the loop's own thread to do between two inputs. */
    void order(Runnable order) {
        lock.lock();
        try {
            orders.add(order);
            notEmpty.signal();
        } finally {
            lock.unlock();
        }
    }

    /** What was ordered since the last call. */
    List<Runnable> orders() {
        lock.lock();
        try {
            List<Runnable> all = List.copyOf(orders);
            orders.clear();
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for an order or a question, whatever else is there. */
    void awaitOrder(long waitNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = waitNanos;
            while (orders.isEmpty() && questions.isEmpty() && left > 0) {
                left = notEmpty.awaitNanos(Math.min(left, TimeUnit.HOURS.toNanos(1)));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Those who asked for {@link #status()} since the last call. */
    List<CompletableFuture<EndpointStatus>> questions() {
        lock.lock();
        try {
            List<CompletableFuture<EndpointStatus>> all = List.copyOf(questions);
            questions.clear();
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** A datagram from the network; false when there is no room and it is lost. Never waits long. */
    public boolean offerDatagram(UdpPath path, Octets datagram) {
        boolean opens = opensSa(datagram);
        lock.lock();
        try {
            ArrayDeque<IkeInput> queue = opens ? opening : live;
            if (queue.size() >= (opens ? MAX_OPENING_DATAGRAMS : MAX_LIVE_DATAGRAMS)) {
                return false;
            }
            queue.add(new IkeInput.DatagramReceived(path, datagram));
            notEmpty.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The data path holds packets for this peer and has no SA. */
    public void trafficWaiting(String peer) {
        lock.lock();
        try {
            if (waitingPeers.add(peer)) {
                notEmpty.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** ESP for an SPI that nobody has comes this way; what there is no room for comes again. */
    public void unknownSpi(UdpPath path) {
        lock.lock();
        try {
            if (unknownSpis.size() < MAX_UNKNOWN_SPIS && unknownSpis.add(path)) {
                notEmpty.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Authenticated ESP of this SA came from elsewhere; the newest place counts. */
    public void peerPathChanged(int spiIn, UdpPath path) {
        lock.lock();
        try {
            movedPeers.put(spiIn, path);
            notEmpty.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The next input by precedence; null when none came within the time, or somebody asked for the status meanwhile.
     *
     * @param waitNanos zero or less: does not wait
     */
    @Nullable
    IkeInput take(long waitNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = waitNanos;
            while (true) {
                IkeInput next = next();
                if (next != null || left <= 0 || !questions.isEmpty() || !orders.isEmpty()) {
                    return next;
                }
                left = notEmpty.awaitNanos(Math.min(left, TimeUnit.HOURS.toNanos(1)));
            }
        } finally {
            lock.unlock();
        }
    }

    private @Nullable IkeInput next() {
        IkeInput request = requests.poll();
        if (request != null) {
            notFull.signal();
            return request;
        }
        Iterator<Map.Entry<Integer, UdpPath>> moved = movedPeers.entrySet().iterator();
        if (moved.hasNext()) {
            Map.Entry<Integer, UdpPath> first = moved.next();
            IkeInput input = new IkeInput.PeerPathChanged(first.getKey(), first.getValue());
            moved.remove();
            return input;
        }
        Iterator<String> waiting = waitingPeers.iterator();
        if (waiting.hasNext()) {
            IkeInput input = new IkeInput.TrafficWaiting(waiting.next());
            waiting.remove();
            return input;
        }
        Iterator<UdpPath> unknown = unknownSpis.iterator();
        if (live.isEmpty() && unknown.hasNext()) {
            IkeInput input = new IkeInput.UnknownSpiReceived(unknown.next());
            unknown.remove();
            return input;
        }
        IkeInput datagram = live.poll();
        return datagram != null ? datagram : opening.poll();
    }

    /** Whether this is the first message of an initiator: IKE_SA_INIT with the responder's SPI still zero (RFC 7296 3.1). */
    static boolean opensSa(Octets datagram) {
        if (datagram.length() < IKE_HEADER_LENGTH) {
            return true;
        }
        for (int i = 0; i < 8; i++) {
            if (datagram.get(RESPONDER_SPI_OFFSET + i) != 0) {
                return false;
            }
        }
        return datagram.get(EXCHANGE_TYPE_OFFSET) == IKE_SA_INIT;
    }
}
