package dev.espalier.operator.pki;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What was issued and what of it is revoked. Immutable; kept as the data of a ConfigMap with a key per node and a line per
 * certificate. A line is written before its certificate is handed out, so that nothing valid is missing here (CSR-08).
 */
record Ledger(List<IssuedCertificate> entries) {
    /** Entries stay this long past their certificate's end: peers' clocks differ, and {@link #issuedSince} looks back. */
    static final Duration RETENTION = Duration.ofHours(1);

    private static final Comparator<IssuedCertificate> ORDER = Comparator.comparing(IssuedCertificate::nodeName)
            .thenComparing(IssuedCertificate::issuedAt)
            .thenComparing(IssuedCertificate::serial);

    static final Ledger EMPTY = new Ledger(List.of());

    Ledger {
        entries = entries.stream().sorted(ORDER).toList();
    }

    /** @throws IllegalArgumentException naming the line that is not readable */
    static Ledger parse(Map<String, String> data) {
        List<IssuedCertificate> entries = new ArrayList<>();
        data.forEach((node, lines) -> lines.lines()
                .filter(line -> !line.isBlank())
                .forEach(line -> entries.add(IssuedCertificate.parse(node, line))));
        return new Ledger(entries);
    }

    Map<String, String> data() {
        return entries.stream()
                .collect(Collectors.groupingBy(
                        IssuedCertificate::nodeName,
                        TreeMap::new,
                        Collectors.mapping(IssuedCertificate::line, Collectors.joining("\n", "", "\n"))));
    }

    Ledger with(IssuedCertificate issued) {
        List<IssuedCertificate> more = new ArrayList<>(entries);
        more.add(issued);
        return new Ledger(more);
    }

    /** How many certificates {@code nodeName} got since {@code start}. */
    long issuedSince(String nodeName, Instant start) {
        return entries.stream()
                .filter(entry ->
                        entry.nodeName().equals(nodeName) && entry.issuedAt().isAfter(start))
                .count();
    }

    /** Names of nodes with a certificate that is neither over nor revoked. */
    SortedSet<String> holders(Instant now) {
        return entries.stream()
                .filter(entry -> entry.valid() && entry.notAfter().isAfter(now))
                .map(IssuedCertificate::nodeName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    Ledger revoking(Predicate<IssuedCertificate> gone, Instant now) {
        return new Ledger(entries.stream()
                .map(entry -> gone.test(entry) ? entry.revoked(now) : entry)
                .toList());
    }

    /** Without what has been over for {@link #RETENTION}. */
    Ledger pruned(Instant now) {
        return new Ledger(entries.stream()
                .filter(entry -> entry.notAfter().plus(RETENTION).isAfter(now))
                .toList());
    }

    SortedSet<String> revokedSerials() {
        return entries.stream()
                .filter(entry -> !entry.valid())
                .map(IssuedCertificate::serial)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
