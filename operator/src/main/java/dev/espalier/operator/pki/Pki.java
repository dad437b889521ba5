package dev.espalier.operator.pki;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** The certificate authority's parts, joined. */
public final class Pki {
    private final CertificateService certificates;
    private final CaRoll roll;

    private Pki(CertificateService certificates, CaRoll roll) {
        this.certificates = certificates;
        this.roll = roll;
    }

    public static Pki of(
            KubernetesClient client,
            PkiSettings settings,
            PkiObserver observer,
            SecureRandom random,
            InstantSource clock,
            Leadership leadership) {
        ConfigMapStore ledger = new ConfigMapStore(client, PkiNames.LEDGER);
        ConfigMapStore bundle = new ConfigMapStore(client, PkiNames.TRUST_BUNDLE);
        CertificateAuthority.Maker maker =
                () -> CertificateAuthority.generate(settings.caLifetime(), random, clock.instant());
        CaStore caStore = new CaStore(client, bundle, maker);
        PkiEvents events = new PkiEvents(client, clock);
        TrustPublication publication = new TrustPublication(caStore, ledger, bundle, observer);
        // A certificate is signed and written down before or after a step of the roll, never across one.
        ReadWriteLock steps = new ReentrantReadWriteLock();
        return new Pki(
                new CertificateService(
                        client,
                        settings,
                        observer,
                        new CertificateService.Stores(caStore, ledger, publication, events),
                        leadership,
                        steps.readLock(),
                        random,
                        clock),
                new CaRoll(caStore, ledger, publication, maker, events, leadership, steps.writeLock(), clock));
    }

    public CertificateService certificates() {
        return certificates;
    }

    public CaRoll roll() {
        return roll;
    }
}
