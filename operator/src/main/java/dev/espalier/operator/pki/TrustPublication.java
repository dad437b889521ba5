package dev.espalier.operator.pki;

/** Publishes what every node goes by when it checks a peer: computed anew from Secret and ledger each time, and written when it differs. */
final class TrustPublication {
    private final CaStore caStore;
    private final ConfigMapStore ledger;
    private final ConfigMapStore bundle;
    private final PkiObserver observer;

    TrustPublication(CaStore caStore, ConfigMapStore ledger, ConfigMapStore bundle, PkiObserver observer) {
        this.caStore = caStore;
        this.ledger = ledger;
        this.bundle = bundle;
        this.observer = observer;
    }

    void publish() {
        // Makes the CA if there has never been one; not inside, where the ConfigMap is looked at for that.
        caStore.obtain();
        Published published = bundle.update(present -> {
            // Read inside: should this process have slept until now, what is stored now counts, not what was before.
            CaState state = caStore.obtain().state();
            Ledger newest = ledger.read().map(Ledger::parse).orElse(Ledger.EMPTY);
            TrustBundle computed = TrustBundle.of(state.anchors(), newest.revokedSerials());
            return new ConfigMapStore.Change<>(computed.data(), new Published(state, computed));
        });
        observer.trustPublished(
                published.state.current().certificate().getNotAfter().toInstant(),
                published.bundle.revoked().size());
    }

    private record Published(CaState state, TrustBundle bundle) {}
}
