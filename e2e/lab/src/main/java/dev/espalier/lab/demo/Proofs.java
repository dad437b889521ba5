package dev.espalier.lab.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.espalier.lab.LabException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Collects proofs, prints each as it is decided, and a table at the end. */
final class Proofs {
    /** What a phase of the demo found out. */
    record Finding(boolean held, String figure) {}

    @FunctionalInterface
    interface Check {
        Finding run() throws Exception;
    }

    private final PrintStream out;
    private final List<Proof> proofs = new ArrayList<>();
    private final long started = System.nanoTime();

    Proofs(PrintStream out) {
        this.out = out;
    }

    void progress(String text) {
        out.printf("%6.1f s  %s%n", seconds(started), text);
    }

    /** Runs one check; whatever it throws is a proof that did not hold, with the reason as its figure. */
    boolean prove(String claim, Check check) {
        long began = System.nanoTime();
        Finding finding;
        try {
            finding = check.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        } catch (Exception e) {
            finding = new Finding(false, e instanceof LabException ? String.valueOf(e.getMessage()) : e.toString());
        }
        Proof proof = new Proof(claim, finding.held(), finding.figure(), seconds(began));
        proofs.add(proof);
        progress((proof.held() ? "ok      " : "FAILED  ") + claim + ": " + proof.figure());
        return proof.held();
    }

    boolean allHeld() {
        return !proofs.isEmpty() && proofs.stream().allMatch(Proof::held);
    }

    void summary() {
        out.println();
        int width =
                proofs.stream().mapToInt(proof -> proof.claim().length()).max().orElse(0);
        for (Proof proof : proofs) {
            out.printf("%-6s  %-" + width + "s  %s%n", proof.held() ? "ok" : "FAILED", proof.claim(), proof.figure());
        }
        long held = proofs.stream().filter(Proof::held).count();
        out.printf("%n%.0f s; proofs: %d passed, %d failed%n", seconds(started), held, proofs.size() - held);
    }

    void writeJson(Path file, Map<String, Object> setting) {
        try {
            new ObjectMapper()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .writeValue(file.toFile(), Map.of("setting", setting, "held", allHeld(), "proofs", proofs));
        } catch (IOException e) {
            throw new LabException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static double seconds(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1e9;
    }
}
