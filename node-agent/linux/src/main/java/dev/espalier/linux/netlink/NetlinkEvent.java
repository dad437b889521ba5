package dev.espalier.linux.netlink;

/** What {@link NetlinkMonitor} reports. */
public sealed interface NetlinkEvent {
    /** An interface came or changed. */
    record LinkChanged(Link link) implements NetlinkEvent {}

    record LinkRemoved(Link link) implements NetlinkEvent {}

    record AddressAdded(InterfaceAddress address) implements NetlinkEvent {}

    record AddressRemoved(InterfaceAddress address) implements NetlinkEvent {}

    record RouteAdded(Route route) implements NetlinkEvent {}

    record RouteRemoved(Route route) implements NetlinkEvent {}

    record RuleAdded(Rule rule) implements NetlinkEvent {}

    record RuleRemoved(Rule rule) implements NetlinkEvent {}

    /** A packet filter's table of this name, of whichever family, or anything in it came, changed, or went. */
    record TableChanged(String table) implements NetlinkEvent {}

    /** Events were lost: read the world again. */
    record EventsLost() implements NetlinkEvent {}
}
