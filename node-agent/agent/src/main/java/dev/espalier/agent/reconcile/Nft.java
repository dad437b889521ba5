package dev.espalier.agent.reconcile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs nft(8) in the calling thread's network namespace. */
final class Nft {
    private static final long TIMEOUT_SECONDS = 30;
    private static final int MAX_SAID = 400;

    private Nft() {}

    /** Loads all of {@code text}, or nothing. */
    static void load(String text) throws FilterException {
        Process process;
        try {
            process = new ProcessBuilder("nft", "-f", "-")
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new FilterException("nft cannot be run: " + e.getMessage(), e);
        }
        try {
            CompletableFuture<String> said = CompletableFuture.supplyAsync(() -> output(process));
            try (var in = process.getOutputStream()) {
                in.write(text.getBytes(StandardCharsets.UTF_8));
            }
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new FilterException("nft takes more than " + TIMEOUT_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                String message = said.join().strip().replace('\n', ' ');
                throw new FilterException(
                        "nft: " + (message.length() > MAX_SAID ? message.substring(0, MAX_SAID) + "…" : message));
            }
        } catch (IOException e) {
            throw e instanceof FilterException known ? known : new FilterException("nft: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FilterException("nft: interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String output(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
