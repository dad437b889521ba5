package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.EndpointStatus.ChildStatus;
import dev.espalier.ike.EndpointStatus.IkeState;
import dev.espalier.ike.EndpointStatus.PeerStatus;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeInput.RekeyKind;
import dev.espalier.ike.PeerConfig;
import dev.espalier.testkit.sim.SimDataPath;
import dev.espalier.testkit.sim.SimNode;
import dev.espalier.testkit.sim.Simulation.InFlight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One situation of two nodes that have an IKE SA and a pair of child SAs, played step by step, and what it looks like after each. A
 * step is one line:
 *
 * <pre>
 *   a rekeys child | a rekeys ike | a expires child | a deletes ike     what an end begins
 *   a uses new                                                           traffic comes in on the newest inbound SA
 *   a&gt;b | a&gt;b 2 | a&gt;b lost | a&gt;b all                                    the oldest datagram on that way, the second, one that is lost
 *   wait 700                                                             milliseconds
 * </pre>
 */
final class Transcript {
    private static final Duration SETTLED = Duration.ofSeconds(90);
    private static final long PACKETS = 1000;

    private final Scenario scenario;
    private final List<String> lines = new ArrayList<>();
    private final Map<String, String> names = new LinkedHashMap<>();

    /** @param options {@code seed 11}, {@code ke} for ends that prefer different key exchanges, {@code more} for additional ones */
    Transcript(List<String> options) {
        long seed = options.stream()
                .filter(o -> o.startsWith("seed "))
                .mapToLong(o -> Long.parseLong(o.substring(5)))
                .findFirst()
                .orElse(1);
        scenario = Scenario.pair(seed, EndpointConfig.DEFAULTS);
        String ike = options.contains("more") ? Scenario.IKE + "-ke1_ecp256" : Scenario.IKE;
        String esp = options.contains("more") ? "aes256gcm16-x25519-ke1_ecp256-esn" : Scenario.ESP;
        scenario.start(peer -> limited(Scenario.withEsp(Scenario.withIke(peer, ike), esp)));
        scenario.sim.run(Duration.ofSeconds(1));
        if (options.contains("ke")) {
            // From now on each end prefers what the other takes as well, but does not begin with.
            keyExchanges(scenario.b(), "ecp256", "x25519");
            keyExchanges(scenario.a(), "x25519", "ecp256");
            scenario.sim.run(Duration.ofSeconds(30));
        }
        scenario.assertEstablished();
        scenario.nodes.forEach(SimNode::forgetEvents);
        scenario.sim.hold();
        lines.add("    " + states());
    }

    private void keyExchanges(SimNode node, String first, String second) {
        scenario.configure(
                node,
                peer -> limited(Scenario.withEsp(
                        Scenario.withIke(peer, "aes256gcm16-prfsha384-" + first + "-" + second),
                        "aes256gcm16-" + first + "-" + second + "-esn")));
    }

    private static PeerConfig limited(PeerConfig peer) {
        return Scenario.withLifetimes(
                peer, Duration.ofHours(4), new PeerConfig.ChildLifetime(Duration.ofHours(1), 0, PACKETS));
    }

    private SimNode node(String name) {
        return name.equals("a") ? scenario.a() : scenario.b();
    }

    private SimNode other(SimNode node) {
        return node == scenario.a() ? scenario.b() : scenario.a();
    }

    void step(String step) {
        lines.add(step);
        String[] words = step.split(" ");
        if (words[0].equals("wait")) {
            scenario.sim.run(Duration.ofMillis(Long.parseLong(words[1])));
        } else if (words[0].contains(">")) {
            deal(node(words[0].substring(0, 1)), words.length > 1 ? words[1] : "1");
        } else {
            begin(node(words[0]), words[1] + " " + words[2]);
        }
        lines.add("    " + states());
    }

    private void begin(SimNode node, String what) {
        String peer = other(node).name();
        switch (what) {
            case "rekeys child" -> node.handle(new IkeInput.RekeyRequested(peer, RekeyKind.CHILD));
            case "rekeys ike" -> node.handle(new IkeInput.RekeyRequested(peer, RekeyKind.IKE));
            case "deletes ike" -> node.handle(new IkeInput.TerminateRequested(peer));
            case "expires child" -> {
                SimDataPath.Sa oldest = node.dataPath().inbound(peer).getFirst();
                node.handle(new IkeInput.ChildUsageReported(oldest.spiIn(), PACKETS, 0, 0, 0, 0, 0));
            }
            case "uses new" -> {
                SimDataPath.Sa newest = node.dataPath().inbound(peer).getLast();
                node.handle(new IkeInput.ChildUsageReported(newest.spiIn(), 1, 0, 0, 0, 0, 0));
            }
            default -> throw new IllegalArgumentException(what);
        }
    }

    private void deal(SimNode from, String which) {
        List<InFlight> waiting = scenario.sim.held().stream()
                .filter(d -> d.from().equals(from.name()))
                .toList();
        if (waiting.isEmpty()) {
            throw new AssertionError("nothing waits from " + from.name() + " after\n" + String.join("\n", lines));
        }
        if (which.equals("all")) {
            waiting.forEach(d -> deliver(from, d));
        } else if (which.equals("lost")) {
            lines.add("    " + text(waiting.getFirst()) + "  lost");
            scenario.sim.discard(waiting.getFirst());
        } else {
            deliver(from, waiting.get(Integer.parseInt(which) - 1));
        }
    }

    private void deliver(SimNode from, InFlight datagram) {
        lines.add("    " + text(datagram));
        scenario.sim.deal(datagram);
        assertThat(from.name()).isEqualTo(datagram.from());
    }

    private static String text(InFlight datagram) {
        return datagram.from() + "->" + datagram.to() + " "
                + datagram.header()
                        .map(h -> h.exchange() + (h.response() ? " response " : " request ") + h.messageId())
                        .orElseThrow();
    }

    /** Lets everything happen that is still to come, and demands that one IKE SA and one pair are left, or none at all when one end has ended it. */
    String settle(boolean ended) {
        scenario.sim.forgetSent();
        scenario.sim.release();
        scenario.sim.run(SETTLED);
        lines.add("then");
        scenario.sim.sentText().forEach(text -> lines.add("    " + text));
        lines.add("    " + states());
        if (ended) {
            scenario.assertSas(scenario.a(), scenario.b(), 0, 0);
            scenario.assertSas(scenario.b(), scenario.a(), 0, 0);
        } else {
            scenario.assertEstablished();
            scenario.assertSas(scenario.a(), scenario.b(), 1, 1);
            scenario.assertSas(scenario.b(), scenario.a(), 1, 1);
            assertThat(scenario.a().status("b").spiInitiator())
                    .as(() -> scenario.sim.trace())
                    .isEqualTo(scenario.b().status("a").spiInitiator());
        }
        scenario.nodes.forEach(node -> assertThat(node.events(IkeEvent.NegotiationFailed.class))
                .noneMatch(failed -> failed.exchange().equals("INTERNAL")));
        return String.join("\n", lines);
    }

    private String states() {
        return scenario.nodes.stream().map(this::state).collect(Collectors.joining("; "));
    }

    /** Such as {@code a I1 in 1 2 out 1}: IKE SA and pairs are named in the order in which they came up; the last outbound SA is the one used. */
    private String state(SimNode node) {
        String peer = other(node).name();
        PeerStatus status = node.status(peer);
        for (ChildStatus child : status.children()) {
            String pair = pairName(child.spiIn(), child.spiOut());
            names.put("in " + node.name() + child.spiIn(), pair);
        }
        String ike = status.state() == IkeState.ESTABLISHED
                ? name("ike" + status.spiInitiator(), "I")
                : status.state().toString().toLowerCase(Locale.ROOT);
        return node.name() + " " + ike + " in " + pairs(node, node.dataPath().inbound(peer)) + " out "
                + pairs(node, node.dataPath().outbound(peer));
    }

    private String pairs(SimNode node, List<SimDataPath.Sa> sas) {
        return sas.isEmpty()
                ? "-"
                : sas.stream()
                        .map(sa -> names.getOrDefault("in " + node.name() + sa.spiIn(), "?"))
                        .collect(Collectors.joining(" "));
    }

    private String pairName(int one, int other) {
        return name("pair" + Math.min(one, other) + "," + Math.max(one, other), "");
    }

    private String name(String key, String prefix) {
        String kind = prefix.isEmpty() ? "pair" : "ike";
        return names.computeIfAbsent(
                key,
                k -> prefix
                        + (names.keySet().stream()
                                        .filter(n -> n.startsWith(kind))
                                        .count()
                                + 1));
    }
}
