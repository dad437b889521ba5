package dev.espalier.linux.netlink;

/** Numbers of linux/netlink.h and linux/rtnetlink.h. */
final class Netlink {
    static final int HEADER_BYTES = 16;

    static final int ERROR = 2;
    static final int DONE = 3;
    static final int OVERRUN = 4;

    static final int F_REQUEST = 1;
    static final int F_ACK = 4;
    static final int F_DUMP_INTERRUPTED = 0x10;
    static final int F_DUMP = 0x300;
    static final int F_REPLACE = 0x100;
    static final int F_EXCLUSIVE = 0x200;
    static final int F_CREATE = 0x400;
    static final int F_CAPPED = 0x100;
    static final int F_ACK_ATTRIBUTES = 0x200;

    static final int NEW_LINK = 16;
    static final int DEL_LINK = 17;
    static final int GET_LINK = 18;
    static final int SET_LINK = 19;
    static final int NEW_ADDRESS = 20;
    static final int DEL_ADDRESS = 21;
    static final int GET_ADDRESS = 22;
    static final int NEW_ROUTE = 24;
    static final int DEL_ROUTE = 25;
    static final int GET_ROUTE = 26;
    static final int NEW_NEIGHBOUR = 28;
    static final int DEL_NEIGHBOUR = 29;
    static final int GET_NEIGHBOUR = 30;
    static final int NEW_RULE = 32;
    static final int DEL_RULE = 33;
    static final int GET_RULE = 34;

    // NFNL_SUBSYS_NFTABLES (linux/netfilter/nf_tables.h).
    private static final int NFT_SUBSYSTEM = 10;
    private static final int NFT = NFT_SUBSYSTEM << 8;
    static final int NFT_GET_CHAIN = NFT | 4;
    static final int NFT_GET_RULE = NFT | 7;
    static final int NFT_GET_SET_ELEMENTS = NFT | 13;
    static final int NFT_NEW_GENERATION = NFT | 15;
    static final int NFT_GET_GENERATION = NFT | 16;
    static final int NFT_GET_OBJECT = NFT | 19;

    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    private Netlink() {}

    /** Whether a message of NETLINK_NETFILTER is about a table or what is in it. */
    static boolean isOfATable(int type) {
        return type >> 8 == NFT_SUBSYSTEM && type != NFT_NEW_GENERATION;
    }

    static int family(boolean v6) {
        return v6 ? AF_INET6 : AF_INET;
    }

    static String name(int type) {
        return switch (type) {
            case NEW_LINK -> "RTM_NEWLINK";
            case DEL_LINK -> "RTM_DELLINK";
            case GET_LINK -> "RTM_GETLINK";
            case SET_LINK -> "RTM_SETLINK";
            case NEW_ADDRESS -> "RTM_NEWADDR";
            case DEL_ADDRESS -> "RTM_DELADDR";
            case GET_ADDRESS -> "RTM_GETADDR";
            case NEW_ROUTE -> "RTM_NEWROUTE";
            case DEL_ROUTE -> "RTM_DELROUTE";
            case GET_ROUTE -> "RTM_GETROUTE";
            case NEW_NEIGHBOUR -> "RTM_NEWNEIGH";
            case DEL_NEIGHBOUR -> "RTM_DELNEIGH";
            case GET_NEIGHBOUR -> "RTM_GETNEIGH";
            case NEW_RULE -> "RTM_NEWRULE";
            case DEL_RULE -> "RTM_DELRULE";
            case GET_RULE -> "RTM_GETRULE";
            case NFT_GET_CHAIN -> "NFT_MSG_GETCHAIN";
            case NFT_GET_RULE -> "NFT_MSG_GETRULE";
            case NFT_GET_SET_ELEMENTS -> "NFT_MSG_GETSETELEM";
            case NFT_GET_GENERATION -> "NFT_MSG_GETGEN";
            case NFT_GET_OBJECT -> "NFT_MSG_GETOBJ";
            default -> "netlink message " + type;
        };
    }
}
