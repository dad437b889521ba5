package dev.espalier.linux.netlink;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.PollSet;
import dev.espalier.linux.libc.Waker;
import dev.espalier.wire.Octets;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Hears of changes in a namespace, whoever makes them. Either put {@link #fd} into a poll set and {@link #read}, or give a thread to {@link #run}. Events of
 * changes that this process makes come as well.
 *
 * <p>The kernel does not announce IPv4 routes that go because their interface goes down or away: read the tables again after such a
 * {@link NetlinkEvent.LinkChanged} or {@link NetlinkEvent.LinkRemoved}.
 */
public final class NetlinkMonitor implements AutoCloseable {
    /** What to listen to; IPv4 and IPv6 both. */
    public enum Topic {
        LINKS(1),
        ADDRESSES(0x10 | 0x100),
        ROUTES(0x40 | 0x400),
        RULES(0x80 | 1 << 18);

        private final int groups;

        Topic(int groups) {
            this.groups = groups;
        }
    }

    /** NFNLGRP_NFTABLES, as a bit. */
    private static final int NFTABLES_GROUP = 1 << 6;
    /** Of tables, chains, rules, sets and objects alike (NFTA_TABLE_NAME, NFTA_CHAIN_TABLE, ...), behind a struct nfgenmsg. */
    private static final int TABLE_NAME = 1;

    private static final int NFGENMSG_BYTES = 4;

    private final NetlinkSocket socket;
    private final Waker waker;
    private volatile boolean stopped;

    private NetlinkMonitor(NetlinkSocket socket, Waker waker) {
        this.socket = socket;
        this.waker = waker;
    }

    /** Listens in the calling thread's network namespace. */
    public static NetlinkMonitor open(Set<Topic> topics) throws ErrnoException {
        int groups = 0;
        for (Topic topic : EnumSet.copyOf(topics)) {
            groups |= topic.groups;
        }
        return open(NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE, groups, true));
    }

    /** Listens to changes of the packet filter ({@link NetlinkEvent.TableChanged}) of the calling thread's namespace. */
    public static NetlinkMonitor openTables() throws ErrnoException {
        return open(NetlinkSocket.open(NetlinkSocket.NETLINK_NETFILTER, NFTABLES_GROUP, true));
    }

    private static NetlinkMonitor open(NetlinkSocket socket) throws ErrnoException {
        try {
            return new NetlinkMonitor(socket, Waker.open());
        } catch (ErrnoException e) {
            socket.close();
            throw e;
        }
    }

    /** For use in a {@link PollSet}. */
    public int fd() {
        return socket.fd();
    }

    /** What has happened since the last call, without waiting. */
    public List<NetlinkEvent> read() throws ErrnoException {
        List<NetlinkEvent> events = new ArrayList<>();
        while (true) {
            Octets datagram;
            try {
                datagram = socket.receiveDatagram("events");
            } catch (ErrnoException e) {
                if (e.errno() == Errno.ENOBUFS) {
                    events.add(new NetlinkEvent.EventsLost());
                    continue;
                }
                throw e;
            }
            if (datagram.isEmpty()) {
                return events;
            }
            for (Message message : Message.split(datagram)) {
                NetlinkEvent event = parse(message);
                if (event != null) {
                    events.add(event);
                }
            }
        }
    }

    /** Hands events to {@code consumer} on the calling platform thread until {@link #stop}; then closes. */
    public void run(Consumer<NetlinkEvent> consumer) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            PollSet poll = new PollSet(arena, 2);
            poll.add(socket.fd());
            poll.add(waker.fd());
            while (!stopped) {
                poll.await(-1);
                read().forEach(consumer);
            }
        } finally {
            close();
        }
    }

    /** Ends {@link #run}; any thread. */
    public void stop() {
        stopped = true;
        waker.wake();
    }

    /** Not while {@link #run} is running: that is what {@link #stop} is for. */
    @Override
    public void close() {
        socket.close();
        waker.close();
    }

    static @Nullable NetlinkEvent parse(Message message) {
        Octets body = message.body();
        return switch (message.type()) {
            case Netlink.NEW_LINK -> new NetlinkEvent.LinkChanged(LinkCodec.parse(body));
            case Netlink.DEL_LINK -> new NetlinkEvent.LinkRemoved(LinkCodec.parse(body));
            case Netlink.NEW_ADDRESS -> map(AddressCodec.parse(body), NetlinkEvent.AddressAdded::new);
            case Netlink.DEL_ADDRESS -> map(AddressCodec.parse(body), NetlinkEvent.AddressRemoved::new);
            case Netlink.NEW_ROUTE -> map(RouteCodec.parse(body), NetlinkEvent.RouteAdded::new);
            case Netlink.DEL_ROUTE -> map(RouteCodec.parse(body), NetlinkEvent.RouteRemoved::new);
            case Netlink.NEW_RULE -> map(RuleCodec.parse(body), NetlinkEvent.RuleAdded::new);
            case Netlink.DEL_RULE -> map(RuleCodec.parse(body), NetlinkEvent.RuleRemoved::new);
            case Netlink.OVERRUN -> new NetlinkEvent.EventsLost();
            default ->
                Netlink.isOfATable(message.type())
                        ? new NetlinkEvent.TableChanged(
                                Attributes.parse(body, NFGENMSG_BYTES).text(TABLE_NAME))
                        : null;
        };
    }

    private static <T> @Nullable NetlinkEvent map(@Nullable T parsed, Function<T, NetlinkEvent> event) {
        return parsed == null ? null : event.apply(parsed);
    }
}
