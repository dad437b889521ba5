package dev.espalier.agent.policy;

import dev.espalier.esp.spd.SpdEntry;
import dev.espalier.ike.PeerAuthentication;
import dev.espalier.ike.PeerAuthentication.OwnProof;
import dev.espalier.ike.PeerAuthentication.Trust;
import dev.espalier.ike.PeerConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.stream.Collectors;

/** A plan as text: what is hashed, what golden files hold, and what an engineer can read. */
final class PlanText {
    private static final int HASH_OCTETS = 8;

    private PlanText() {}

    static String of(NodePlan plan) {
        StringBuilder text = new StringBuilder();
        for (PeerConfig peer : plan.peers()) {
            peer(text, peer);
        }
        text.append("policy\n");
        for (SpdEntry entry : plan.policy()) {
            text.append("  ")
                    .append(entry.action())
                    .append(' ')
                    .append(entry.local())
                    .append(" -> ")
                    .append(entry.remote())
                    .append(entry.peer() == null ? "" : " by " + entry.peer())
                    .append('\n');
        }
        text.append("routes\n");
        line(text, "gateways", plan.routes().gateways());
        line(text, "remote", plan.routes().remote());
        line(text, "closed", plan.routes().closed());
        line(text, "own", plan.routes().own());
        line(text, "pods", plan.routes().pods());
        text.append("  outer ").append(plan.outerV6() ? "IPv6" : "IPv4").append('\n');
        plan.problems().forEach(p -> text.append("problem ").append(p).append('\n'));
        return text.toString();
    }

    static String hash(NodePlan plan) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(of(plan).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_OCTETS);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    private static void peer(StringBuilder text, PeerConfig peer) {
        text.append("peer ").append(peer.name()).append('\n');
        line(text, "outer local", peer.localAddresses());
        line(text, "outer remote", peer.remoteAddresses());
        line(text, "inner local", peer.localPrefixes());
        line(text, "inner remote", peer.remotePrefixes());
        line(text, "ike", peer.ikeProposals());
        line(text, "esp", peer.espProposals());
        text.append("  lifetime ike ")
                .append(peer.ikeLifetime().time())
                .append(", child ")
                .append(peer.childLifetime().time())
                .append(' ')
                .append(peer.childLifetime().bytes())
                .append(" bytes ")
                .append(peer.childLifetime().packets())
                .append(" packets\n");
        text.append("  dpd ")
                .append(peer.dpdInterval())
                .append(", replay window ")
                .append(peer.replayWindow())
                .append(peer.initiate() ? ", initiates" : ", waits")
                .append(peer.forceUdpEncapsulation() ? ", in UDP" : "")
                .append('\n');
        authentication(text, peer);
    }

    /** Says how, and nothing that depends on a key: the plan's hash is public. */
    private static void authentication(StringBuilder text, PeerConfig peer) {
        PeerAuthentication authentication = peer.authentication();
        if (authentication.equals(PeerAuthentication.node(peer.name()))) {
            return;
        }
        text.append("  we ")
                .append(
                        switch (authentication.own().orElse(null)) {
                            case null -> "by own certificate";
                            case OwnProof.Certificate(var credentials) ->
                                "as " + credentials.ikeIdentity() + " by certificate " + credentials.serial();
                            case OwnProof.SharedKey(var identity, var key) -> "as " + identity + " by key";
                        })
                .append(", it as ")
                .append(authentication.remoteIdentity())
                .append(
                        switch (authentication.trust().orElse(null)) {
                            case null -> " by certificate";
                            case Trust.Certificates(var anchors, var crls) ->
                                " by certificate under " + anchors.size() + " anchors with " + crls.size() + " CRLs";
                            case Trust.SharedKey(var key) -> " by key";
                        })
                .append('\n');
    }

    private static void line(StringBuilder text, String what, Collection<?> values) {
        text.append("  ")
                .append(what)
                .append(": ")
                .append(values.stream().map(Object::toString).collect(Collectors.joining(", ")))
                .append('\n');
    }
}
