package dev.espalier.lab.demo;

import dev.espalier.lab.demo.Proofs.Finding;
import dev.espalier.lab.traffic.NumberedStream;
import dev.espalier.lab.traffic.NumberedStream.Outcome;
import java.util.List;

/** Judges a set of numbered streams together. */
final class Streams {
    private Streams() {}

    /** Ends the streams; holds when not one datagram was lost or came twice, and some came at all. */
    static Finding expectLossless(List<NumberedStream> streams, String what) {
        List<Outcome> outcomes = streams.stream().map(NumberedStream::finish).toList();
        long sent = outcomes.stream().mapToLong(Outcome::sent).sum();
        long lost = outcomes.stream().mapToLong(Outcome::lost).sum();
        long duplicated = outcomes.stream().mapToLong(Outcome::duplicated).sum();
        double gap =
                outcomes.stream().mapToDouble(Outcome::longestGapMillis).max().orElse(0);
        StringBuilder figure = new StringBuilder("%s, %,d datagrams, %d lost, %d twice, longest gap %.0f ms"
                .formatted(what, sent, lost, duplicated, gap));
        outcomes.stream()
                .filter(outcome -> outcome.lost() > 0)
                .forEach(outcome -> figure.append("; ")
                        .append(outcome.path())
                        .append(" misses ")
                        .append(outcome.missing()));
        return new Finding(sent > 0 && lost == 0 && duplicated == 0, figure.toString());
    }
}
