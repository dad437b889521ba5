package dev.espalier.lab.demo;

import dev.espalier.lab.LabException;
import dev.espalier.lab.demo.Proofs.Finding;
import dev.espalier.lab.shell.Shell;
import dev.espalier.lab.shell.Waiting;
import dev.espalier.lab.traffic.NumberedStream;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A whole roll of the CA, asked for as a person would, while numbered streams cross: trust new, use new, drop old, no datagram lost. */
final class CaRollProof {
    private static final Duration LIMIT = Duration.ofSeconds(150);

    private final Stage stage;

    CaRollProof(Stage stage) {
        this.stage = stage;
    }

    Finding rollLosesNothing() {
        String before = status("{.status.anchors[*].fingerprint}");
        List<NumberedStream> streams = stage.streamsBetween(stage.node(1), stage.node(2));
        Waiting.pause(Duration.ofSeconds(1));
        // A CA of this very second would count as new enough.
        Waiting.pause(Duration.ofSeconds(1));
        Shell.Result asked = stage.cluster.kubectl(
                List.of(
                        "patch",
                        "ipsecauthority",
                        "cluster",
                        "--type=merge",
                        "-p",
                        "{\"spec\":{\"issuedAfter\":\"" + Instant.now() + "\"}}"),
                "");
        if (!asked.ok()) {
            throw new LabException("asking for the roll: " + asked.err().strip());
        }
        Set<String> stages = new LinkedHashSet<>();
        Duration took = Waiting.until("the CA's roll is over", LIMIT, () -> {
            String now = status("{.status.stage} {.status.anchors[*].fingerprint}");
            stages.add(now.split(" ")[0]);
            return now.startsWith("Settled ") && !now.contains(before);
        });
        // SAs that the old CA vouched for are replaced when it is dropped, if any are left.
        Waiting.pause(Duration.ofSeconds(5));
        Finding lossless =
                Streams.expectLossless(streams, "in " + took.toSeconds() + " s through " + String.join(", ", stages));
        String events = stage.cluster
                .kubectl(
                        List.of(
                                "get",
                                "events",
                                "-n",
                                "default",
                                "-o",
                                "jsonpath={.items[?(@.involvedObject.kind==\"IPSecAuthority\")].reason}"),
                        "")
                .out();
        boolean told = List.of("CaRollTrustNew", "CaRollUseNew", "CaRollDropOld").stream()
                .allMatch(events::contains);
        return new Finding(
                lossless.held() && told && !before.isEmpty(),
                lossless.figure() + (told ? "" : "; events are missing: " + events));
    }

    private String status(String path) {
        return stage.cluster
                .kubectl(List.of("get", "ipsecauthority", "cluster", "-o", "jsonpath=" + path), "")
                .out()
                .strip();
    }
}
