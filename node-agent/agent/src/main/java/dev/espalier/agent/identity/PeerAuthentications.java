package dev.espalier.agent.identity;

import dev.espalier.ike.PeerAuthentication;
import java.util.List;
import java.util.Map;

/**
 * How each {@code IPSecPeer} and this node prove themselves to one another.
 *
 * @param byPeer by name of the peer; those that are missing cannot be authenticated, which a problem explains
 * @param problems one line each, naming peer and file
 */
public record PeerAuthentications(Map<String, PeerAuthentication> byPeer, List<String> problems) {
    public static final PeerAuthentications NONE = new PeerAuthentications(Map.of(), List.of());

    public PeerAuthentications {
        byPeer = Map.copyOf(byPeer);
        problems = List.copyOf(problems);
    }
}
