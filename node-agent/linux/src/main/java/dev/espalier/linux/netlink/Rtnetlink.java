package dev.espalier.linux.netlink;

import dev.espalier.linux.libc.ErrnoException;
import java.util.Set;

/**
 * Reads and changes the network set-up of one namespace: that of the thread that opens it, for as long as it is open, from whichever thread it is used
 * (rtnetlink(7)). Errors are {@link ErrnoException}s that carry the kernel's own explanation. Deletions return false for what is already gone. Threads may
 * share one; they wait for one another.
 */
public final class Rtnetlink implements AutoCloseable {
    private final NetlinkSocket socket;
    private final Links links;
    private final Addresses addresses;
    private final Routes routes;
    private final Rules rules;
    private final Neighbours neighbours;

    private Rtnetlink(NetlinkSocket socket) {
        this.socket = socket;
        links = new Links(socket);
        addresses = new Addresses(socket);
        routes = new Routes(socket);
        rules = new Rules(socket);
        neighbours = new Neighbours(socket);
    }

    /** Opens a socket in the calling thread's network namespace. */
    public static Rtnetlink open() throws ErrnoException {
        return new Rtnetlink(NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE, 0, false));
    }

    public Links links() {
        return links;
    }

    public Addresses addresses() {
        return addresses;
    }

    public Routes routes() {
        return routes;
    }

    public Rules rules() {
        return rules;
    }

    public Neighbours neighbours() {
        return neighbours;
    }

    /** For changes that are sent together. */
    public Batch batch() {
        return new Batch(socket);
    }

    @Override
    public void close() {
        socket.close();
    }

    /** Sends a deletion; false when the kernel answers with one of {@code gone}. */
    static boolean unlessGone(NetlinkSocket socket, Request request, Set<Integer> gone) throws ErrnoException {
        try {
            socket.transact(request);
            return true;
        } catch (ErrnoException e) {
            if (gone.contains(e.errno())) {
                return false;
            }
            throw e;
        }
    }
}
