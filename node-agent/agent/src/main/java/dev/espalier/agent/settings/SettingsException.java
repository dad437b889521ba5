package dev.espalier.agent.settings;

import java.util.List;

/** Settings that the agent cannot start with. The message has one line for each, and each line begins with the variable's name. */
public final class SettingsException extends Exception {
    private static final long serialVersionUID = 1L;

    public SettingsException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
    }
}
