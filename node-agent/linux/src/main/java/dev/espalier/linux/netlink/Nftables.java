package dev.espalier.linux.netlink;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.wire.Octets;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads the packet filter of one namespace (nf_tables, linux/netfilter/nf_tables.h): whether somebody changed it, what a table looks like, and its counters.
 * Loading rules is left to nft(8). Threads may share one.
 */
public final class Nftables implements AutoCloseable {
    private static final int GENERATION_ID = 1;
    private static final int CHAIN_TABLE = 1;
    private static final int RULE_TABLE = 1;
    private static final int ELEMENTS_TABLE = 1;
    private static final int ELEMENTS_SET = 2;
    private static final int OBJECT_TABLE = 1;
    private static final int OBJECT_NAME = 2;
    private static final int OBJECT_TYPE = 3;
    private static final int OBJECT_DATA = 4;
    private static final int COUNTER = 1;
    private static final int COUNTER_PACKETS = 2;
    /** struct nfgenmsg. */
    private static final int BODY_BYTES = 4;

    private final NetlinkSocket socket;

    private Nftables(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Families of tables (NFPROTO_*). */
    public enum Family {
        /** IPv4 and IPv6. */
        INET(1),
        ARP(3),
        /** Hooks at a device. */
        NETDEV(5);

        private final int number;

        Family(int number) {
            this.number = number;
        }

        /** As nft(8) spells it. */
        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Reads the calling thread's network namespace. */
    public static Nftables open() throws ErrnoException {
        return new Nftables(NetlinkSocket.open(NetlinkSocket.NETLINK_NETFILTER, 0, false));
    }

    /** A number that changes with every change that anybody makes to any table. */
    public long generation() throws ErrnoException {
        Request request = header(new Request(Netlink.NFT_GET_GENERATION, 0, "generation"), 0);
        for (Message message : socket.transact(request)) {
            Octets id = Attributes.parse(message.body(), BODY_BYTES).get(GENERATION_ID);
            if (id != null && id.length() == Integer.BYTES) {
                return ByteBuffer.wrap(id.toArray()).getInt() & 0xffffffffL;
            }
        }
        throw new ErrnoException("NFT_MSG_GETGEN", "generation", Errno.EINVAL);
    }

    /**
     * A digest over a table's chains, rules (each with the handle that the kernel gave it) and the elements of some of its sets; counters are not in it. Empty
     * when there is no such table, or one of the sets is missing.
     */
    public Optional<Octets> fingerprint(Family family, String table, List<String> sets) throws ErrnoException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            List<Octets> rules =
                    bodies(dump(Netlink.NFT_GET_RULE, family, table).attribute(RULE_TABLE, table));
            if (rules.isEmpty()) {
                return Optional.empty();
            }
            update(digest, rules);
            List<Octets> chains = new ArrayList<>();
            for (Octets chain : bodies(dump(Netlink.NFT_GET_CHAIN, family, table))) {
                // The kernel lists the chains of all tables.
                if (Attributes.parse(chain, 0).text(CHAIN_TABLE).equals(table)) {
                    chains.add(chain);
                }
            }
            update(digest, chains);
            for (String set : sets) {
                update(
                        digest,
                        bodies(dump(Netlink.NFT_GET_SET_ELEMENTS, family, table + " " + set)
                                .attribute(ELEMENTS_TABLE, table)
                                .attribute(ELEMENTS_SET, set)));
            }
            return Optional.of(Octets.wrap(digest.digest()));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Packets of each named counter of a table; none when there is no such table. */
    public Map<String, Long> counters(Family family, String table) throws ErrnoException {
        Map<String, Long> packets = new TreeMap<>();
        Request request = dump(Netlink.NFT_GET_OBJECT, family, table)
                .attribute(OBJECT_TABLE, table)
                .attribute(OBJECT_TYPE, ByteBuffer.allocate(4).putInt(COUNTER).array());
        try {
            for (Message message : socket.dump(request)) {
                Attributes object = Attributes.parse(message.body(), BODY_BYTES);
                Octets value = object.nest(OBJECT_DATA).get(COUNTER_PACKETS);
                if (object.text(OBJECT_TABLE).equals(table) && value != null && value.length() == Long.BYTES) {
                    packets.put(
                            object.text(OBJECT_NAME),
                            ByteBuffer.wrap(value.toArray()).getLong());
                }
            }
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
        return packets;
    }

    @Override
    public void close() {
        socket.close();
    }

    private List<Octets> bodies(Request request) throws ErrnoException {
        List<Octets> bodies = new ArrayList<>();
        for (Message message : socket.dump(request)) {
            // Without struct nfgenmsg, which has the generation in it.
            bodies.add(message.body().slice(BODY_BYTES, message.body().length() - BODY_BYTES));
        }
        return bodies;
    }

    private static void update(MessageDigest digest, List<Octets> parts) {
        List<String> sorted = parts.stream()
                .map(Octets::toHex)
                .sorted(Comparator.naturalOrder())
                .toList();
        digest.update(String.join("\n", sorted).getBytes(StandardCharsets.US_ASCII));
        digest.update((byte) 0);
    }

    private static Request dump(int type, Family family, String subject) {
        return header(new Request(type, 0, subject), family.number);
    }

    private static Request header(Request request, int family) {
        return request.u8(family).u8(0).u8(0).u8(0);
    }
}
