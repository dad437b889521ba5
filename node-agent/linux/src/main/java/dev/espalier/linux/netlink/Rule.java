package dev.espalier.linux.netlink;

import dev.espalier.wire.ip.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * A rule of the routing policy database: packets that match are looked up in {@code table}.
 *
 * @param priority lower comes first
 * @param inputInterface name of the interface a packet came in on, {@code lo} for this host's own; null for any
 * @param from source addresses; null for all
 * @param to destination addresses; null for all
 * @param mark bits that a packet's mark has to have, all of them; 0 for any mark
 * @param table 254 is main; 0 when {@code action} is no look-up
 * @param protocol who installed it (RTPROT_*)
 */
public record Rule(
        boolean v6,
        int priority,
        @Nullable String inputInterface,
        @Nullable Prefix from,
        @Nullable Prefix to,
        int mark,
        Action action,
        int table,
        int protocol) {
    /** What happens to a packet that matches (FR_ACT_*). */
    public record Action(int value) {
        public static final Action LOOKUP = new Action(1);
        public static final Action BLACKHOLE = new Action(6);
        public static final Action UNREACHABLE = new Action(7);
        public static final Action PROHIBIT = new Action(8);
    }

    /** Looks packets from anywhere to anywhere up in a table. */
    public static Rule lookup(boolean v6, int priority, int table) {
        return new Rule(v6, priority, null, null, null, 0, Action.LOOKUP, table, Route.PROTOCOL_STATIC);
    }

    public Rule withInputInterface(String name) {
        return new Rule(v6, priority, name, from, to, mark, action, table, protocol);
    }

    public Rule withFrom(Prefix prefix) {
        return new Rule(v6, priority, inputInterface, prefix, to, mark, action, table, protocol);
    }

    public Rule withTo(Prefix prefix) {
        return new Rule(v6, priority, inputInterface, from, prefix, mark, action, table, protocol);
    }

    /** For packets that carry all of these bits in their mark, whatever the others are. */
    public Rule withMark(int bits) {
        return new Rule(v6, priority, inputInterface, from, to, bits, action, table, protocol);
    }

    public Rule withProtocol(int newProtocol) {
        return new Rule(v6, priority, inputInterface, from, to, mark, action, table, newProtocol);
    }

    @Override
    public String toString() {
        return (v6 ? "-6 " : "-4 ")
                + priority
                + ": from "
                + (from == null ? "all" : from)
                + (to == null ? "" : " to " + to)
                + (mark == 0 ? "" : " fwmark 0x" + Integer.toHexString(mark) + "/0x" + Integer.toHexString(mark))
                + (inputInterface == null ? "" : " iif " + inputInterface)
                + (action.equals(Action.LOOKUP) ? " lookup " + table : " action " + action.value());
    }
}
