package dev.espalier.agent.identity;

import dev.espalier.ike.LocalCredentials;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where credentials come from. What was delivered last stays in force until something better is. */
public interface IdentitySource extends AutoCloseable {
    /** Begins; returns at once. Called once. */
    void start(Listener listener);

    /** Ends; no call to the listener begins after this returned. */
    @Override
    void close();

    /** Called from one thread of the source at a time. */
    interface Listener {
        /** Credentials that differ from the ones before; complete and consistent, for this node's name. */
        void credentialsChanged(LocalCredentials credentials);

        /** Serial numbers in lower-case hex that must not authenticate anyone any more: all of them. */
        void revocationChanged(Set<String> serials);

        /** Why no newer credentials can be had, naming the file or object; null when that has passed. */
        void problemChanged(@Nullable String problem);
    }
}
