package dev.espalier.agent.observe;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What keeps the agent from its goal right now, by where it was found. Thread-safe. */
public final class Problems {
    private final Map<String, List<String>> byArea = new TreeMap<>();

    /** All problems of this area from now on; none with an empty list. True when that differs from before. */
    public synchronized boolean set(String area, List<String> problems) {
        List<String> before = problems.isEmpty() ? byArea.remove(area) : byArea.put(area, List.copyOf(problems));
        return !problems.equals(before == null ? List.of() : before);
    }

    /** One line each, the area first. */
    public synchronized List<String> all() {
        return byArea.entrySet().stream()
                .flatMap(e -> e.getValue().stream().map(p -> e.getKey() + ": " + p))
                .toList();
    }
}
