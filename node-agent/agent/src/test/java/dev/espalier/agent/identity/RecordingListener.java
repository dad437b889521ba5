package dev.espalier.agent.identity;

import dev.espalier.ike.LocalCredentials;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Keeps what an identity source says. */
final class RecordingListener implements IdentitySource.Listener {
    final List<LocalCredentials> credentials = new CopyOnWriteArrayList<>();
    volatile Set<String> revoked = Set.of();
    volatile @Nullable String problem;

    @Override
    public void credentialsChanged(LocalCredentials changed) {
        credentials.add(changed);
    }

    @Override
    public void revocationChanged(Set<String> serials) {
        revoked = serials;
    }

    @Override
    public void problemChanged(@Nullable String changed) {
        problem = changed;
    }
}
