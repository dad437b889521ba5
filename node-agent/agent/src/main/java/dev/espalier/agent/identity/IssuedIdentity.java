package dev.espalier.agent.identity;

import dev.espalier.agent.identity.CertificateSigner.SigningException;
import dev.espalier.ike.LocalCredentials;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Credentials that the cluster issues. The key is made here and never leaves; its certificate is asked for, kept for a restart, and
 * replaced in good time by one over a new key.
 *
 * <pre>
 *   no trust bundle ──► wait for it
 *   nothing held, not trusted, or renewal due ──► key, request, wait for the answer ──► keep, hand out
 *                                 ▲                                     │ refused, API away
 *                                 └───── pause, doubling up to 60 s ◄───┘   (what is held stays in use)
 * </pre>
 *
 * One virtual thread; {@link #trustChanged} from any.
 */
public final class IssuedIdentity implements IdentitySource {
    private static final Logger LOG = Logger.getLogger(IssuedIdentity.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration FIRST_POLL = Duration.ofMillis(250);
    private static final Duration LONGEST_POLL = Duration.ofSeconds(4);
    /** When a CA is rolled, all nodes ask: not all at one moment. */
    private static final Duration ROLL_SPREAD = Duration.ofSeconds(20);

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private final String nodeName;
    private final StoredIdentity store;
    private final CertificateSigner signer;
    private final InstantSource clock;
    private final SecureRandom random;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition trustArrived = lock.newCondition();
    private final Thread thread;
    private @Nullable Listener listener;
    private @Nullable TrustBundle trust;

    // Below: the thread's own.
    private StoredIdentity.@Nullable Held held;
    private @Nullable TrustBundle delivered;
    private Instant renewAt = Instant.MIN;
    private int failures;

    /** @param runDir where key and certificate are kept for a restart */
    public IssuedIdentity(
            String nodeName, Path runDir, CertificateSigner signer, InstantSource clock, SecureRandom random) {
        this.nodeName = nodeName;
        this.store = new StoredIdentity(runDir);
        this.signer = signer;
        this.clock = clock;
        this.random = random;
        this.thread = Thread.ofVirtual().name("identity").unstarted(this::run);
    }

    @Override
    public void start(Listener newListener) {
        listener = newListener;
        thread.start();
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The cluster's trust bundle, whenever it differs. */
    public void trustChanged(TrustBundle bundle) {
        lock.lock();
        try {
            trust = bundle;
            trustArrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        Listener told = Objects.requireNonNull(listener);
        try {
            loadHeld();
            while (!Thread.interrupted()) {
                await(step(told));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Does what is due and returns how long there is nothing else to do. */
    private Duration step(Listener told) throws InterruptedException {
        TrustBundle bundle = currentTrust();
        if (bundle == null) {
            told.problemChanged("the cluster's trust bundle has not been seen yet");
            return LONGEST_WAIT;
        }
        if (delivered == null || !delivered.revoked().equals(bundle.revoked())) {
            told.revocationChanged(bundle.revoked());
        }
        if (!bundle.equals(delivered)) {
            deliver(bundle, told);
            delivered = bundle;
            followRoll(bundle);
        }
        if (held != null && clock.instant().isBefore(renewAt)) {
            told.problemChanged(null);
            return shorter(Duration.between(clock.instant(), renewAt), LONGEST_WAIT);
        }
        try {
            StoredIdentity.Held fresh = obtain(bundle);
            held = fresh;
            failures = 0;
            renewAt = RenewalTime.of(fresh.chain().getFirst(), clock.instant(), random);
            told.credentialsChanged(credentials(fresh, bundle));
            LOG.infof(
                    "certificate %s issued, valid until %s, to be renewed at %s",
                    fresh.chain().getFirst().getSerialNumber().toString(16),
                    fresh.chain().getFirst().getNotAfter().toInstant(),
                    renewAt);
            told.problemChanged(null);
            save(fresh);
            return Duration.ZERO;
        } catch (IdentityException | SigningException e) {
            Duration pause = pause(failures++);
            LOG.warnf("no new certificate: %s; next attempt in %d s", e.getMessage(), pause.toSeconds());
            told.problemChanged("no new certificate: " + e.getMessage());
            return pause;
        }
    }

    /** Hands out what is held, if this bundle trusts it and does not revoke it; if not, it is as good as nothing. */
    private void deliver(TrustBundle bundle, Listener told) {
        StoredIdentity.Held current = held;
        if (current == null) {
            return;
        }
        String serial = current.chain().getFirst().getSerialNumber().toString(16);
        if (bundle.revoked().contains(serial)) {
            // A node that was removed and has come back: its peers refuse the old certificate for as long as that
            // lives.
            LOG.warnf("certificate %s is revoked; asking for another", serial);
            held = null;
            return;
        }
        try {
            told.credentialsChanged(credentials(current, bundle));
        } catch (IdentityException e) {
            LOG.warnf("%s; asking for another certificate", e.getMessage());
            held = null;
        }
    }

    /** The bundle's first root is the one that signs now; a certificate of another is replaced while both are trusted (CSR-07). */
    private void followRoll(TrustBundle bundle) {
        StoredIdentity.Held current = held;
        if (current == null
                || CredentialsCheck.leadsTo(current.chain(), bundle.roots().getFirst())) {
            return;
        }
        Instant soon = clock.instant().plusMillis((long) random.nextDouble((double) ROLL_SPREAD.toMillis()));
        if (soon.isBefore(renewAt)) {
            renewAt = soon;
            LOG.infof("the cluster's CA is another; a certificate of it will be asked for at %s", renewAt);
        }
    }

    private StoredIdentity.Held obtain(TrustBundle bundle)
            throws SigningException, IdentityException, InterruptedException {
        KeyPair keys = NodeKey.generate(random);
        String request = signer.submit(NodeKey.request(nodeName, keys));
        long deadline = System.nanoTime() + ANSWER_TIMEOUT.toNanos();
        Duration poll = FIRST_POLL;
        Optional<String> answer = signer.certificate(request);
        while (answer.isEmpty()) {
            if (System.nanoTime() - deadline >= 0) {
                throw new SigningException("nobody has decided on " + request + " for " + ANSWER_TIMEOUT.toSeconds()
                        + " s; does the operator run?");
            }
            TimeUnit.NANOSECONDS.sleep(poll.toNanos());
            poll = shorter(poll.multipliedBy(3).dividedBy(2), LONGEST_POLL);
            answer = signer.certificate(request);
        }
        List<X509Certificate> chain = Pem.certificates(request, answer.get());
        StoredIdentity.Held fresh = new StoredIdentity.Held(chain, keys.getPrivate());
        // Checked before it replaces what works.
        TrustBundle newest = currentTrust();
        CredentialsCheck.check(
                nodeName,
                chain,
                keys.getPrivate(),
                (newest == null ? bundle : newest).roots(),
                clock.instant(),
                request,
                "the node's key");
        return fresh;
    }

    private LocalCredentials credentials(StoredIdentity.Held from, TrustBundle bundle) throws IdentityException {
        return CredentialsCheck.check(
                nodeName, from.chain(), from.key(), bundle.roots(), clock.instant(), store.name(), store.name());
    }

    private void loadHeld() {
        try {
            held = store.load().orElse(null);
            if (held != null) {
                renewAt = RenewalTime.of(held.chain().getFirst(), clock.instant(), random);
            }
        } catch (IdentityException e) {
            LOG.warnf("%s; asking for another certificate", e.getMessage());
        }
    }

    private void save(StoredIdentity.Held fresh) {
        try {
            store.save(fresh);
        } catch (IdentityException e) {
            // Not needed to go on: a restart then asks for another.
            LOG.warnf("the certificate is in use but not kept: %s", e.getMessage());
        }
    }

    private void await(Duration time) throws InterruptedException {
        TrustBundle known = delivered;
        long left = time.toNanos();
        lock.lockInterruptibly();
        try {
            while (left > 0 && Objects.equals(trust, known)) {
                left = trustArrived.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private @Nullable TrustBundle currentTrust() {
        lock.lock();
        try {
            return trust;
        } finally {
            lock.unlock();
        }
    }

    private Duration pause(int earlierFailures) {
        Duration pause = shorter(FIRST_PAUSE.multipliedBy(1L << Math.min(earlierFailures, 6)), LONGEST_PAUSE);
        return pause.plusMillis((long) (pause.toMillis() * random.nextDouble(0.3)));
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
