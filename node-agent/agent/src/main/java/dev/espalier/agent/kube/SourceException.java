package dev.espalier.agent.kube;

import java.util.List;

/** A source holds something that no view can be made of. */
final class SourceException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /** @param problems one line each, naming the object or the file and line */
    SourceException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    List<String> problems() {
        return problems;
    }
}
