package dev.espalier.linux.netlink;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The routing policy rules of a namespace; part of {@link Rtnetlink}. */
public final class Rules {
    static final Set<Integer> GONE = Set.of(Errno.ENOENT, Errno.ESRCH, Errno.EAFNOSUPPORT);

    private final NetlinkSocket socket;

    Rules(NetlinkSocket socket) {
        this.socket = socket;
    }

    public List<Rule> list(boolean v6) throws ErrnoException {
        List<Rule> rules = new ArrayList<>();
        for (Message message : socket.dump(RuleCodec.dump(v6))) {
            Rule rule = RuleCodec.parse(message.body());
            if (rule != null) {
                rules.add(rule);
            }
        }
        return rules;
    }

    /** Throws EEXIST when there is the same rule already. */
    public void add(Rule rule) throws ErrnoException {
        socket.transact(RuleCodec.request(Netlink.NEW_RULE, Netlink.F_CREATE | Netlink.F_EXCLUSIVE, rule));
    }

    /** Adds the rule; false when there was the same one already. */
    public boolean ensure(Rule rule) throws ErrnoException {
        try {
            add(rule);
            return true;
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EEXIST) {
                return false;
            }
            throw e;
        }
    }

    /** Deletes one rule that matches in everything given; false when there was none. */
    public boolean delete(Rule rule) throws ErrnoException {
        return Rtnetlink.unlessGone(socket, RuleCodec.request(Netlink.DEL_RULE, 0, rule), GONE);
    }
}
