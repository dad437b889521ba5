package dev.espalier.agent.node;

import org.jspecify.annotations.Nullable;

/** The agent cannot start. The message names the setting or thing, and what is wrong with it. */
public final class AgentException extends Exception {
    private static final long serialVersionUID = 1L;

    public AgentException(String message) {
        super(message);
    }

    public AgentException(@Nullable String message, Throwable cause) {
        super(message, cause);
    }
}
