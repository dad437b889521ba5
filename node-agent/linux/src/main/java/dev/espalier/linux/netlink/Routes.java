package dev.espalier.linux.netlink;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The routing tables of a namespace; part of {@link Rtnetlink}. */
public final class Routes {
    private final NetlinkSocket socket;

    Routes(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Routes of all tables, the local one included. */
    public List<Route> list(boolean v6) throws ErrnoException {
        return list(v6, 0);
    }

    /** Routes of one table; none when there is no such table. */
    public List<Route> list(boolean v6, int table) throws ErrnoException {
        List<Route> routes = new ArrayList<>();
        try {
            for (Message message : socket.dump(RouteCodec.dump(v6, table))) {
                Route route = RouteCodec.parse(message.body());
                if (route != null) {
                    routes.add(route);
                }
            }
        } catch (ErrnoException e) {
            // The kernel makes a table with its first route.
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
        return routes;
    }

    /** Throws EEXIST when there is one for this destination with this metric in this table. */
    public void add(Route route) throws ErrnoException {
        socket.transact(RouteCodec.request(Netlink.NEW_ROUTE, Netlink.F_CREATE | Netlink.F_EXCLUSIVE, route));
    }

    /** Puts it in the place of the one for this destination with this metric in this table, if there is one. */
    public void replace(Route route) throws ErrnoException {
        socket.transact(RouteCodec.request(Netlink.NEW_ROUTE, Netlink.F_CREATE | Netlink.F_REPLACE, route));
    }

    /** False when the route, its table or its interface was not there. */
    public boolean delete(Route route) throws ErrnoException {
        return Rtnetlink.unlessGone(
                socket,
                RouteCodec.request(Netlink.DEL_ROUTE, 0, route),
                Set.of(Errno.ESRCH, Errno.ENOENT, Errno.ENODEV));
    }
}
