package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.EndpointStatus.IkeState;
import dev.espalier.ike.LocalCredentials;
import dev.espalier.ike.PeerAuthentication;
import dev.espalier.ike.PeerConfig;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.testkit.pki.TestPki;
import dev.espalier.testkit.sim.SimDataPath;
import dev.espalier.testkit.sim.SimNode;
import dev.espalier.testkit.sim.Simulation;
import dev.espalier.wire.ip.Prefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** Nodes of one CA, {@code a}, {@code b}, ..., each with a pod CIDR 10.244.n.0/24; the one with the smaller name initiates. */
final class Scenario {
    static final String IKE = "aes256gcm16-prfsha384-x25519";
    static final String ESP = "aes256gcm16-x25519-esn";

    final Simulation sim;
    /** Keys cost more than all else in a scenario: one CA serves all of them, and a node's first certificate is always the same. */
    private static final TestPki PKI = TestPki.create("test CA", Simulation.EPOCH);

    private static final Map<String, LocalCredentials> FIRST = new ConcurrentHashMap<>();

    final TestPki pki = PKI;
    final List<SimNode> nodes = new ArrayList<>();

    Scenario(long seed) {
        sim = new Simulation(seed);
    }

    /** Two nodes that know each other, not yet started: {@code a} initiates. */
    static Scenario pair(long seed) {
        return mesh(seed, 2, EndpointConfig.DEFAULTS);
    }

    static Scenario pair(long seed, EndpointConfig config) {
        return mesh(seed, 2, config);
    }

    static Scenario mesh(long seed, int count, EndpointConfig config) {
        Scenario scenario = new Scenario(seed);
        for (int i = 0; i < count; i++) {
            scenario.add(String.valueOf((char) ('a' + i)), config);
        }
        return scenario;
    }

    SimNode add(String name, EndpointConfig config) {
        SimNode node = sim.node(FIRST.computeIfAbsent(name, n -> PKI.node(n, Duration.ofDays(30))), config);
        nodes.add(node);
        return node;
    }

    SimNode a() {
        return nodes.get(0);
    }

    SimNode b() {
        return nodes.get(1);
    }

    /** How {@code own} sees {@code other}. */
    PeerConfig peer(SimNode own, SimNode other) {
        return new PeerConfig(
                other.name(),
                List.of(own.address()),
                List.of(other.address()),
                List.of(podCidr(own)),
                List.of(podCidr(other)),
                List.of(Proposal.parseIke(IKE)),
                List.of(Proposal.parseEsp(ESP)),
                new PeerConfig.IkeLifetime(Duration.ofHours(4)),
                new PeerConfig.ChildLifetime(Duration.ofHours(1), 0, 0),
                Duration.ofSeconds(10),
                1024,
                own.name().compareTo(other.name()) < 0,
                true);
    }

    private Prefix podCidr(SimNode node) {
        return Prefix.parse("10.244." + nodes.indexOf(node) + ".0/24");
    }

    /** Gives every node every other as a peer, the last one first, so that whoever initiates finds the other ready. */
    Scenario start() {
        return start(UnaryOperator.identity());
    }

    Scenario start(UnaryOperator<PeerConfig> change) {
        for (SimNode node : nodes.reversed()) {
            configure(node, change);
        }
        return this;
    }

    void configure(SimNode node, UnaryOperator<PeerConfig> change) {
        node.configure(nodes.stream()
                .filter(other -> other != node)
                .map(other -> change.apply(peer(node, other)))
                .toList());
    }

    /** Started and settled, with nothing left in the logs. */
    Scenario established() {
        start();
        sim.run(Duration.ofSeconds(1));
        assertEstablished();
        nodes.forEach(SimNode::forgetEvents);
        sim.forgetSent();
        return this;
    }

    void assertEstablished() {
        for (SimNode node : nodes) {
            for (SimNode other : nodes) {
                if (node != other) {
                    assertUsable(node, other);
                }
            }
        }
    }

    /** {@code from} can send to {@code to}: same SPI, keys and suite at both ends. */
    void assertUsable(SimNode from, SimNode to) {
        assertThat(from.status(to.name()).state()).as(() -> sim.trace()).isEqualTo(IkeState.ESTABLISHED);
        SimDataPath.Sa out = from.dataPath()
                .sendingTo(to.name())
                .orElseThrow(() -> new AssertionError(
                        from.name() + " has nothing to send to " + to.name() + " on\n" + sim.trace()));
        SimDataPath.Sa in = to.dataPath()
                .receivingOn(out.spi())
                .orElseThrow(() -> new AssertionError(
                        from.name() + " sends to " + to.name() + " what that cannot receive\n" + sim.trace()));
        assertThat(in.key()).as(() -> sim.trace()).isEqualTo(out.key());
        assertThat(in.suite()).isEqualTo(out.suite());
    }

    /** The exact number of SAs that a node has installed for its peer, inbound and outbound. */
    void assertSas(SimNode node, SimNode peer, int inbound, int outbound) {
        assertThat(node.dataPath().inbound(peer.name())).as(() -> sim.trace()).hasSize(inbound);
        assertThat(node.dataPath().outbound(peer.name())).as(() -> sim.trace()).hasSize(outbound);
    }

    void assertNothingUndelivered() {
        for (SimNode node : nodes) {
            assertThat(node.undelivered()).as(() -> sim.trace()).isEmpty();
        }
    }

    static PeerConfig withEsp(PeerConfig peer, String... proposals) {
        return new PeerConfig(
                peer.name(),
                peer.localAddresses(),
                peer.remoteAddresses(),
                peer.localPrefixes(),
                peer.remotePrefixes(),
                peer.ikeProposals(),
                List.of(proposals).stream().map(Proposal::parseEsp).toList(),
                peer.ikeLifetime(),
                peer.childLifetime(),
                peer.dpdInterval(),
                peer.replayWindow(),
                peer.initiate(),
                peer.forceUdpEncapsulation(),
                peer.authentication());
    }

    static PeerConfig withIke(PeerConfig peer, String... proposals) {
        return new PeerConfig(
                peer.name(),
                peer.localAddresses(),
                peer.remoteAddresses(),
                peer.localPrefixes(),
                peer.remotePrefixes(),
                List.of(proposals).stream().map(Proposal::parseIke).toList(),
                peer.espProposals(),
                peer.ikeLifetime(),
                peer.childLifetime(),
                peer.dpdInterval(),
                peer.replayWindow(),
                peer.initiate(),
                peer.forceUdpEncapsulation(),
                peer.authentication());
    }

    static PeerConfig withLifetimes(PeerConfig peer, Duration ike, PeerConfig.ChildLifetime child) {
        return new PeerConfig(
                peer.name(),
                peer.localAddresses(),
                peer.remoteAddresses(),
                peer.localPrefixes(),
                peer.remotePrefixes(),
                peer.ikeProposals(),
                peer.espProposals(),
                new PeerConfig.IkeLifetime(ike),
                child,
                peer.dpdInterval(),
                peer.replayWindow(),
                peer.initiate(),
                peer.forceUdpEncapsulation(),
                peer.authentication());
    }

    static PeerConfig withInitiate(PeerConfig peer, boolean initiate) {
        return new PeerConfig(
                peer.name(),
                peer.localAddresses(),
                peer.remoteAddresses(),
                peer.localPrefixes(),
                peer.remotePrefixes(),
                peer.ikeProposals(),
                peer.espProposals(),
                peer.ikeLifetime(),
                peer.childLifetime(),
                peer.dpdInterval(),
                peer.replayWindow(),
                initiate,
                peer.forceUdpEncapsulation(),
                peer.authentication());
    }

    static PeerConfig withPrefixes(PeerConfig peer, List<Prefix> local, List<Prefix> remote) {
        return new PeerConfig(
                peer.name(),
                peer.localAddresses(),
                peer.remoteAddresses(),
                local,
                remote,
                peer.ikeProposals(),
                peer.espProposals(),
                peer.ikeLifetime(),
                peer.childLifetime(),
                peer.dpdInterval(),
                peer.replayWindow(),
                peer.initiate(),
                peer.forceUdpEncapsulation(),
                peer.authentication());
    }

    static PeerConfig withEncapsulation(PeerConfig peer, boolean force) {
        return new PeerConfig(
                peer.name(),
                peer.localAddresses(),
                peer.remoteAddresses(),
                peer.localPrefixes(),
                peer.remotePrefixes(),
                peer.ikeProposals(),
                peer.espProposals(),
                peer.ikeLifetime(),
                peer.childLifetime(),
                peer.dpdInterval(),
                peer.replayWindow(),
                peer.initiate(),
                force,
                peer.authentication());
    }

    static PeerConfig withAuthentication(PeerConfig peer, PeerAuthentication authentication) {
        return new PeerConfig(
                peer.name(),
                peer.localAddresses(),
                peer.remoteAddresses(),
                peer.localPrefixes(),
                peer.remotePrefixes(),
                peer.ikeProposals(),
                peer.espProposals(),
                peer.ikeLifetime(),
                peer.childLifetime(),
                peer.dpdInterval(),
                peer.replayWindow(),
                peer.initiate(),
                peer.forceUdpEncapsulation(),
                authentication);
    }
}
