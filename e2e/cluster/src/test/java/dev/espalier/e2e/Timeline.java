package dev.espalier.e2e;

import io.fabric8.kubernetes.api.model.ContainerStateRunning;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the time until a node is sealed is made of, from when containers began and what operators and agents log, by the nodes' clocks. For
 * people: nothing depends on it.
 */
final class Timeline {
    private static final List<Step> OPERATOR = List.of(
            new Step("program up", "[io.quarkus] espalier-operator"),
            new Step("kinds known", "the API server knows the kinds"),
            new Step("leads", " leading"),
            new Step("nodes written", "] IPSecNode "));
    private static final List<Step> AGENT = List.of(
            new Step("program up", "[i.quarkus] espalier-agent"),
            new Step("API and crypto there", "] node "),
            new Step("packet path open", "espalier0 open"),
            new Step("certificate", "] certificate "),
            new Step("CNI configuration", "CNI configuration written"),
            new Step("IKE SA", " established as "),
            new Step("first pod attached", "] attached "));

    private final Cluster cluster;
    private final Instant began;

    /** What happened since {@code began}, by this machine's clock. */
    Timeline(Cluster cluster, Instant began) {
        this.cluster = cluster;
        this.began = began;
    }

    /** A step and what is logged at its first time. */
    private record Step(String name, String logged) {}

    /** The operator that leads. */
    String operator(List<Pod> operators) {
        return operators.stream()
                .filter(pod -> log(pod).contains(" leading"))
                .findFirst()
                .map(pod -> line(List.of(pod), OPERATOR))
                .orElse("none leads");
    }

    /** Agents: each step when the last of them took it. */
    String agents(List<Pod> agents) {
        return line(agents, AGENT);
    }

    private String line(List<Pod> pods, List<Step> steps) {
        Stream<String> container = Stream.of("scheduled " + last(pods.stream().map(Timeline::scheduled))
                + ", container " + last(pods.stream().map(Timeline::running)));
        List<String> logs = pods.stream().map(this::log).toList();
        Stream<String> logged = steps.stream()
                .map(step -> step.name() + " " + last(logs.stream().map(log -> first(log, step.logged()))));
        return Stream.concat(container, logged).collect(Collectors.joining(", "));
    }

    private String last(Stream<Optional<Instant>> instants) {
        List<Instant> all = instants.flatMap(Optional::stream).toList();
        return all.isEmpty()
                ? "not seen"
                : String.format(
                        Locale.ROOT,
                        "%.1f s",
                        Duration.between(
                                                began,
                                                all.stream()
                                                        .max(Instant::compareTo)
                                                        .orElseThrow())
                                        .toMillis()
                                / 1e3);
    }

    private String log(Pod pod) {
        return cluster.client()
                .pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .usingTimestamps()
                .getLog();
    }

    private Optional<Instant> first(String log, String text) {
        return log.lines()
                .filter(line -> line.contains(text))
                .map(line -> instant(line.split(" ", 2)[0]))
                .flatMap(Optional::stream)
                .filter(at -> !at.isBefore(began))
                .findFirst();
    }

    private static Optional<Instant> scheduled(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals("PodScheduled"))
                .map(condition -> instant(condition.getLastTransitionTime()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<Instant> running(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream()
                .map(ContainerStatus::getState)
                .map(state -> state.getRunning())
                .filter(Objects::nonNull)
                .map(ContainerStateRunning::getStartedAt)
                .map(Timeline::instant)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            // A line that goes on from the one before has no time of its own.
            return Optional.empty();
        }
    }
}
