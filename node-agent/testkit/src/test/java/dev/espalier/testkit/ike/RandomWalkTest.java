package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.PeerConfig;
import dev.espalier.ike.crypto.CrashTokens;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.testkit.sim.LinkModel;
import dev.espalier.testkit.sim.SimNode;
import dev.espalier.wire.ip.IpAddress;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything at once: loss, reordering, duplication, small MTUs, partitions, crashes, clock steps, rekeyings, new credentials, new
 * policies, new addresses. When the last
 * fault is over, every pair of nodes has to come back to one IKE SA and one pair of child SAs by itself. The seed is the test's name.
 */
@Tag("IKE-09")
@Tag("IKE-24")
@Tag("IKE-27")
@Tag("IKE-51")
@Tag("ALG-04")
@Tag("MOB-01")
@Tag("QCD-01")
class RandomWalkTest {
    private static final IpAddress ADDRESSES = IpAddress.parse("198.18.0.1");

    private static final List<String> ESP = List.of(
            "aes256gcm16-x25519-esn",
            "aes128gcm16-x25519-esn",
            "aes256gcm16-ecp256-esn",
            "aes256gcm16-x25519-ke1_ecp256-esn");
    private static final List<String> IKE = List.of(
            "aes256gcm16-prfsha384-x25519", "aes128gcm16-prfsha256-ecp256", "aes256gcm16-prfsha384-x25519-ke1_ecp256");

    static LongStream seeds() {
        long first = Long.getLong("espalier.walks.first", 1);
        return LongStream.range(first, first + Integer.getInteger("espalier.walks", 5));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void allPairsConverge(long seed) {
        SplittableRandom chance = new SplittableRandom(seed);
        Scenario scenario = scenario(seed);
        UnaryOperator<PeerConfig> policy = policy(chance);
        scenario.start(policy);
        scenario.sim.reportUsage();
        for (SimNode one : scenario.nodes) {
            scenario.nodes.stream()
                    .filter(other -> other.name().compareTo(one.name()) > 0)
                    .forEach(other -> scenario.sim.traffic(one, other, Duration.ofMillis(200)));
        }

        for (int step = 0; step < 60; step++) {
            policy = disturb(scenario, chance, policy);
            scenario.sim.run(Duration.ofMillis(chance.nextLong(5000)));
        }
        recover(scenario, policy);
    }

    /** Tokens of crashes for some walks and none for others. */
    private static Scenario scenario(long seed) {
        Scenario scenario = new Scenario(seed);
        for (int i = 0; i < 3; i++) {
            byte[] secret = new byte[32];
            secret[0] = (byte) i;
            EndpointConfig.Extensions extensions = EndpointConfig.DEFAULTS.extensions();
            CrashTokens tokens = new CrashTokens(Secret.wrap(secret));
            scenario.add(
                    String.valueOf((char) ('a' + i)),
                    EndpointConfig.DEFAULTS.withExtensions(
                            seed % 2 == 0 ? extensions : extensions.withCrashTokens(tokens)));
        }
        return scenario;
    }

    private static UnaryOperator<PeerConfig> policy(SplittableRandom chance) {
        String esp = ESP.get(chance.nextInt(ESP.size()));
        String ike = IKE.get(chance.nextInt(IKE.size()));
        return peer -> Scenario.withIke(Scenario.withEsp(peer, esp), ike);
    }

    private static UnaryOperator<PeerConfig> disturb(
            Scenario scenario, SplittableRandom chance, UnaryOperator<PeerConfig> policy) {
        SimNode node = scenario.nodes.get(chance.nextInt(scenario.nodes.size()));
        SimNode other = scenario.nodes.get(chance.nextInt(scenario.nodes.size()));
        UnaryOperator<PeerConfig> next = policy;
        switch (chance.nextInt(16)) {
            case 0 ->
                scenario.sim.link(LinkModel.PERFECT
                        .withLoss(chance.nextDouble() * 0.4)
                        .withDuplication(chance.nextDouble() * 0.3)
                        .withJitter(Duration.ofMillis(1 + chance.nextInt(100))));
            case 1 -> {
                if (node != other) {
                    scenario.sim.partition(node, other);
                }
            }
            case 2 -> scenario.sim.heal();
            case 3 -> {
                node.crash();
                scenario.sim.after(Duration.ofSeconds(chance.nextInt(30)), node::restart);
            }
            case 4 -> node.credentials(scenario.pki.node(node.name(), Duration.ofDays(30)));
            case 5 -> {
                next = policy(chance);
                UnaryOperator<PeerConfig> changed = next;
                scenario.nodes.forEach(each -> scenario.sim.after(
                        Duration.ofMillis(chance.nextInt(3000)), () -> scenario.configure(each, changed)));
            }
            case 9 -> scenario.sim.link(LinkModel.PERFECT.withMtu(576 - 28).withLoss(chance.nextDouble() * 0.2));
            case 10 -> scenario.sim.clockOffset(Duration.ofMinutes(chance.nextInt(120)));
            case 11 -> {
                // Whoever moves knows it first; the others' configuration follows.
                node.move(ADDRESSES.plus(chance.nextInt(50_000)));
                UnaryOperator<PeerConfig> same = policy;
                scenario.configure(node, same);
                scenario.nodes.stream()
                        .filter(each -> each != node)
                        .forEach(each -> scenario.sim.after(
                                Duration.ofMillis(chance.nextInt(3000)), () -> scenario.configure(each, same)));
            }
            case 12 -> {
                node.handle(new IkeInput.TerminateRequested(other.name()));
                scenario.sim.after(
                        Duration.ofMillis(chance.nextInt(3000)),
                        () -> node.handle(new IkeInput.InitiateRequested(other.name())));
            }
            case 13 -> {
                node.handle(new IkeInput.HandoverBegun());
                scenario.sim.after(Duration.ofMillis(chance.nextInt(1000)), node::handOver);
            }
            case 14 -> node.handOver();
            case 6, 7 -> node.handle(new IkeInput.RekeyRequested(other.name(), IkeInput.RekeyKind.CHILD));
            case 8 -> node.handle(new IkeInput.RekeyRequested(other.name(), IkeInput.RekeyKind.IKE));
            default -> {
                // Both at once, so that requests cross.
                IkeInput.RekeyKind kind = chance.nextBoolean() ? IkeInput.RekeyKind.CHILD : IkeInput.RekeyKind.IKE;
                node.handle(new IkeInput.RekeyRequested(other.name(), kind));
                other.handle(new IkeInput.RekeyRequested(node.name(), kind));
            }
        }
        return next;
    }

    private static void recover(Scenario scenario, UnaryOperator<PeerConfig> policy) {
        scenario.sim.run(Duration.ofSeconds(31));
        scenario.sim.heal();
        scenario.sim.link(LinkModel.PERFECT);
        scenario.nodes.forEach(node -> scenario.configure(node, policy));
        // Longer than it takes to give up an IKE SA that a partition has cut.
        scenario.sim.run(Duration.ofSeconds(75));
        for (int i = 0; i < 36 && !converged(scenario); i++) {
            scenario.sim.run(Duration.ofSeconds(5));
        }
        scenario.nodes.forEach(node -> node.undelivered().clear());
        int heldBefore = held(scenario);
        scenario.sim.run(Duration.ofSeconds(20));
        scenario.assertNothingUndelivered();
        assertThat(held(scenario)).as(() -> scenario.sim.trace()).isEqualTo(heldBefore);
        scenario.assertEstablished();
        assertThat(converged(scenario)).as(() -> scenario.sim.trace()).isTrue();
    }

    private static int held(Scenario scenario) {
        return scenario.nodes.stream().mapToInt(SimNode::held).sum();
    }

    /** Each pair of nodes has one IKE SA and one pair of child SAs, and means the same ones. */
    private static boolean converged(Scenario scenario) {
        return scenario.nodes.stream()
                .allMatch(one -> scenario.nodes.stream()
                        .filter(other -> other != one)
                        .allMatch(other -> one.dataPath().inbound(other.name()).size() == 1
                                && one.dataPath().outbound(other.name()).size() == 1
                                && one.status(other.name()).spiInitiator() != 0
                                && one.status(other.name()).spiInitiator()
                                        == other.status(one.name()).spiInitiator()));
    }
}
