package dev.espalier.agent.cni;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** What has to be taken back, latest first, should a later step fail. Registered right after each step, or before one that can fail half-way. */
final class Undo {
    /** One step back. */
    interface Step {
        void run() throws IOException;
    }

    private final Deque<Step> steps = new ArrayDeque<>();

    void onFailure(Step step) {
        steps.push(step);
    }

    /**
     * Takes everything back. A step that fails is added to {@code cause} and ends it: what the steps before it made may still be in use, such as the address
     * of an interface that could not be removed.
     */
    void run(Throwable cause) {
        try {
            while (!steps.isEmpty()) {
                steps.pop().run();
            }
        } catch (IOException | RuntimeException e) {
            cause.addSuppressed(e);
        }
    }
}
