package dev.espalier.agent.observe;

import java.util.List;

/** What can be asked of a running agent over its admin socket. */
@FunctionalInterface
public interface AdminCommands {
    /**
     * @param words the verb, then its arguments
     * @return the text to print
     * @throws CommandRefused when it cannot be done; the message says why
     */
    String run(List<String> words) throws CommandRefused;

    /** A command that was understood and not carried out, or not understood. */
    final class CommandRefused extends Exception {
        private static final long serialVersionUID = 1L;

        public CommandRefused(String message) {
            super(message);
        }
    }
}
