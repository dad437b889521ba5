package dev.espalier.ike;

import java.security.SecureRandom;
import java.util.List;

/**
 * One end of IKEv2 with all of its peers (RFC 7296): what goes in are {@link IkeInput}s and the time, what comes out are
 * {@link IkeOutput}s and the next deadline. Single-threaded; hostile input never makes it throw.
 */
public final class IkeEndpoint {
    /** @param keyLog {@link KeyLog#NONE} outside of lab builds */
    public IkeEndpoint(EndpointConfig config, SecureRandom random, KeyLog keyLog) {}

    /** Takes one input and returns what is to be done, in order. */
    public List<IkeOutput> handle(IkeInput input, Now now) {
        throw new UnsupportedOperationException();
    }

    /** When {@link IkeInput.DeadlineReached} is due, in the time of {@link Now#nanos()}; {@link Long#MAX_VALUE} for never. */
    public long nextDeadlineNanos() {
        return Long.MAX_VALUE;
    }

    public EndpointStatus status(Now now) {
        throw new UnsupportedOperationException();
    }
}
