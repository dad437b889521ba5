package dev.espalier.agent.node;

import dev.espalier.agent.ike.IkeInbox;
import dev.espalier.agent.observe.AdminCommands;
import dev.espalier.agent.observe.AgentStatus.ChildStatus;
import dev.espalier.agent.observe.AgentStatus.PeerStatus;
import dev.espalier.agent.observe.AgentStatus.State;
import dev.espalier.agent.observe.StatusText;
import dev.espalier.ike.IkeInput;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The verbs of the admin socket. Those that change something come back when it has happened, or say why it has not: a script can rely on
 * {@code initiate} that packets flow after it.
 */
final class AdminVerbs implements AdminCommands {
    private static final long POLL_MILLIS = 25;

    private final AgentView view;
    private final IkeInbox inbox;
    private final Duration patience;

    /** @param patience how long a verb waits for its effect */
    AdminVerbs(AgentView view, IkeInbox inbox, Duration patience) {
        this.view = view;
        this.inbox = inbox;
        this.patience = patience;
    }

    @Override
    public String run(List<String> words) throws CommandRefused {
        String verb = words.isEmpty() ? "" : words.getFirst();
        try {
            return switch (verb) {
                case "status" ->
                    argument(words, 1).equals("json") ? StatusText.json(view.status()) : StatusText.text(view.status());
                case "drops" -> StatusText.drops(view.drops());
                case "initiate" -> initiate(peer(words));
                case "rekey" -> rekey(peer(words), argument(words, 2).equals("ike"));
                case "terminate" -> terminate(peer(words));
                default -> throw new CommandRefused("no verb '" + verb + "'");
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandRefused("the agent is ending");
        }
    }

    private String initiate(PeerStatus before) throws CommandRefused, InterruptedException {
        inbox.put(new IkeInput.InitiateRequested(before.name()));
        PeerStatus now = await(
                before.name(),
                peer -> peer.ike().state() == State.ESTABLISHED
                        && !peer.children().isEmpty(),
                "no tunnel");
        return now.name() + ": established, " + now.ike().suite() + ", " + spis(now) + "\n";
    }

    private String rekey(PeerStatus before, boolean ike) throws CommandRefused, InterruptedException {
        if (before.ike().state() != State.ESTABLISHED) {
            throw new CommandRefused(before.name() + ": there is no IKE SA to rekey" + because(before));
        }
        inbox.put(new IkeInput.RekeyRequested(before.name(), ike ? IkeInput.RekeyKind.IKE : IkeInput.RekeyKind.CHILD));
        PeerStatus now = ike
                ? await(
                        before.name(),
                        peer -> peer.ike().rekeys() != before.ike().rekeys(),
                        "the IKE SA was not rekeyed")
                : await(before.name(), peer -> childrenReplaced(before, peer), "the child SAs were not rekeyed");
        return now.name() + ": rekeyed, " + (ike ? now.ike().suite() : spis(now)) + "\n";
    }

    private String terminate(PeerStatus before) throws CommandRefused, InterruptedException {
        inbox.put(new IkeInput.TerminateRequested(before.name()));
        await(
                before.name(),
                peer -> peer.ike().state() != State.ESTABLISHED
                        && peer.children().isEmpty(),
                "still there");
        return before.name() + ": terminated\n";
    }

    /** The verb's peer, which has to be one. */
    private PeerStatus peer(List<String> words) throws CommandRefused {
        String name = argument(words, 1);
        if (name.isEmpty()) {
            throw new CommandRefused("'" + words.getFirst() + "' needs the name of a peer");
        }
        List<PeerStatus> peers = view.peers();
        return find(peers, name);
    }

    private PeerStatus await(String name, Predicate<PeerStatus> done, String otherwise)
            throws CommandRefused, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            PeerStatus peer = find(view.peers(), name);
            if (done.test(peer)) {
                return peer;
            }
            if (System.nanoTime() - deadline >= 0) {
                throw new CommandRefused(
                        name + ": " + otherwise + " within " + patience.toSeconds() + " s" + because(peer));
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private static PeerStatus find(List<PeerStatus> peers, String name) throws CommandRefused {
        return peers.stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new CommandRefused("no peer '" + name + "'; there are: "
                        + (peers.isEmpty()
                                ? "none (is a policy with action Protect in force?)"
                                : peers.stream().map(PeerStatus::name).collect(Collectors.joining(", ")))));
    }

    private static boolean childrenReplaced(PeerStatus before, PeerStatus now) {
        Set<String> old = new HashSet<>();
        before.children().forEach(c -> old.add(c.spiIn()));
        return now.children().stream().anyMatch(c -> !old.contains(c.spiIn()));
    }

    private static String spis(PeerStatus peer) {
        return peer.children().stream()
                .map((ChildStatus c) -> c.spiIn() + "/" + c.spiOut())
                .collect(Collectors.joining(", "));
    }

    private static String because(PeerStatus peer) {
        return peer.lastError() == null ? "" : " (" + peer.lastError() + ")";
    }

    private static String argument(List<String> words, int index) {
        return words.size() > index ? words.get(index) : "";
    }
}
