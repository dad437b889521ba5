package dev.espalier.ike.sa;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.KeyLog;
import dev.espalier.ike.LocalCredentials;
import dev.espalier.ike.PeerConfig;
import dev.espalier.ike.auth.Identity;
import dev.espalier.ike.crypto.IkeKeys;
import dev.espalier.ike.crypto.RandomValues;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.demux.SpiTable;
import dev.espalier.ike.exchange.Abilities;
import dev.espalier.ike.exchange.IkeSaKeys;
import dev.espalier.ike.message.FragmentBudget;
import dev.espalier.wire.Octets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What all SAs of one endpoint share. */
public final class Environment {
    private final EndpointConfig config;
    private final SecureRandom random;
    private final KeyLog keyLog;
    private final Outbox out = new Outbox();
    private final SpiTable<Long, Party> ikeSpis;
    private final SpiTable<Integer, ChildPair> espSpis;
    private final FragmentBudget fragments = new FragmentBudget(FragmentBudget.DEFAULT_OCTETS);
    private final Map<String, Peer> peers = new LinkedHashMap<>();
    private final LinkedHashSet<Peer> touched = new LinkedHashSet<>();
    private Set<String> revoked = Set.of();
    private @Nullable LocalCredentials credentials;
    private @Nullable Authentications authentications;
    private long sequence;
    private boolean quiet;

    public Environment(EndpointConfig config, SecureRandom random, KeyLog keyLog) {
        this.config = config;
        this.random = random;
        this.keyLog = keyLog;
        this.ikeSpis = new SpiTable<>(() -> RandomValues.ikeSpi(random));
        this.espSpis = new SpiTable<>(() -> RandomValues.espSpi(random));
    }

    public EndpointConfig config() {
        return config;
    }

    public SecureRandom random() {
        return random;
    }

    public Outbox out() {
        return out;
    }

    public SpiTable<Long, Party> ikeSpis() {
        return ikeSpis;
    }

    public SpiTable<Integer, ChildPair> espSpis() {
        return espSpis;
    }

    FragmentBudget fragments() {
        return fragments;
    }

    /** Configured peers by name. */
    public Map<String, Peer> peers() {
        return peers;
    }

    public Optional<LocalCredentials> credentials() {
        return Optional.ofNullable(credentials);
    }

    public void credentials(LocalCredentials changed) {
        credentials = changed;
        authentications = new Authentications(changed, revoked);
    }

    public void revoked(Set<String> serials) {
        revoked = Set.copyOf(serials);
        if (credentials != null) {
            authentications = new Authentications(credentials, revoked);
        }
    }

    /** Empty before the first credentials. */
    Optional<Authentications> authentications() {
        return Optional.ofNullable(authentications);
    }

    /** The configured peer that has to prove this identity. */
    Optional<Peer> peerOf(Identity identity) {
        return peers.values().stream()
                .filter(peer -> peer.config().authentication().remoteIdentity().matches(identity))
                .findFirst();
    }

    /** Anchors of certificates that any of these peers may have, for a hint in CERTREQ. */
    public List<X509Certificate> anchors(Collection<PeerConfig> of) {
        Authentications known = authentications;
        return known == null
                ? List.of()
                : of.stream()
                        .flatMap(config -> known.anchors(config.authentication()).stream())
                        .distinct()
                        .toList();
    }

    /** What we tell of ourselves when we authenticate, and keep to within the IKE SA with these SPIs. */
    Abilities abilities(long spiInitiator, long spiResponder) {
        EndpointConfig.Extensions own = config.extensions();
        return new Abilities(
                own.mobike(),
                own.window(),
                own.crashTokens().map(tokens -> tokens.token(spiInitiator, spiResponder)),
                Optional.empty());
    }

    /** What happened earlier has the smaller number. Times do not tell: much may happen at one instant. */
    public long nextSequence() {
        return ++sequence;
    }

    /** Numbers from now on are greater than this one, which another process has given out. */
    void sequenceAfter(long used) {
        sequence = Math.max(sequence, used);
    }

    /** Whether nothing is begun at present, since another process is about to go on with everything. */
    public boolean quiet() {
        return quiet;
    }

    public void quiet(boolean is) {
        quiet = is;
        peers.values().forEach(this::touch);
    }

    /** A peer whose SAs have changed, to be looked after before the input is done with. */
    void touch(Peer peer) {
        touched.add(peer);
    }

    public @Nullable Peer nextTouched() {
        return touched.isEmpty() ? null : touched.removeFirst();
    }

    /** {@code nanos} between {@code from} and {@code to} times as much, by chance. */
    long jitter(long nanos, double from, double to) {
        return (long) (nanos * (from + (to - from) * random.nextDouble()));
    }

    void logKeys(long spiInitiator, long spiResponder, IkeSaKeys keys) {
        if (keyLog == KeyLog.NONE) {
            return;
        }
        IkeKeys k = keys.keys();
        keyLog.ikeSa(
                spiInitiator,
                spiResponder,
                copy(k.skEi()),
                copy(k.skEr()),
                copy(k.skAi()),
                copy(k.skAr()),
                keys.suite().encryption().toString(),
                keys.suite().integrity().toString());
    }

    void logEsp(String source, String destination, int spi, String encryption, Secret key) {
        if (keyLog != KeyLog.NONE) {
            keyLog.espSa(source, destination, spi, encryption, copy(key));
        }
    }

    private static Octets copy(Secret secret) {
        return Octets.wrap(secret.copy());
    }
}
