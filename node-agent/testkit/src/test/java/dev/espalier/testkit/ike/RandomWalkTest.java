package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.PeerConfig;
import dev.espalier.testkit.sim.LinkModel;
import dev.espalier.testkit.sim.SimNode;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything at once: loss, reordering, duplication, partitions, crashes, rekeyings, new credentials, new policies. When the last
 * fault is over, every pair of nodes has to come back to one IKE SA and one pair of child SAs by itself. The seed is the test's name.
 */
@Tag("IKE-09")
@Tag("IKE-24")
@Tag("IKE-27")
class RandomWalkTest {
    private static final List<String> ESP = List.of(
            "aes256gcm16-x25519-esn",
            "aes128gcm16-x25519-esn",
            "aes256gcm16-ecp256-esn",
            "aes256gcm16-x25519-ke1_ecp256-esn");
    private static final List<String> IKE = List.of(
            "aes256gcm16-prfsha384-x25519", "aes128gcm16-prfsha256-ecp256", "aes256gcm16-prfsha384-x25519-ke1_ecp256");

    static LongStream seeds() {
        long first = Long.getLong("espalier.walks.first", 1);
        return LongStream.range(first, first + Integer.getInteger("espalier.walks", 8));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void allPairsConverge(long seed) {
        SplittableRandom chance = new SplittableRandom(seed);
        Scenario scenario = Scenario.mesh(seed, 3, EndpointConfig.DEFAULTS);
        UnaryOperator<PeerConfig> policy = policy(chance);
        scenario.start(policy);
        scenario.sim.reportUsage();
        for (SimNode one : scenario.nodes) {
            scenario.nodes.stream()
                    .filter(other -> other.name().compareTo(one.name()) > 0)
                    .forEach(other -> scenario.sim.traffic(one, other, Duration.ofMillis(50)));
        }

        for (int step = 0; step < 60; step++) {
            policy = disturb(scenario, chance, policy);
            scenario.sim.run(Duration.ofMillis(chance.nextLong(5000)));
        }
        recover(scenario, policy);

        scenario.assertEstablished();
        for (SimNode one : scenario.nodes) {
            for (SimNode other : scenario.nodes) {
                if (one != other) {
                    scenario.assertSas(one, other, 1, 1);
                    assertThat(one.status(other.name()).spiInitiator())
                            .as(() -> scenario.sim.trace())
                            .isEqualTo(other.status(one.name()).spiInitiator());
                }
            }
        }
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
        switch (chance.nextInt(10)) {
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
        scenario.sim.run(Duration.ofMinutes(4));
        scenario.nodes.forEach(node -> node.undelivered().clear());
        int heldBefore = scenario.nodes.stream().mapToInt(SimNode::held).sum();
        scenario.sim.run(Duration.ofMinutes(1));
        scenario.assertNothingUndelivered();
        assertThat(scenario.nodes.stream().mapToInt(SimNode::held).sum())
                .as(() -> scenario.sim.trace())
                .isEqualTo(heldBefore);
    }
}
