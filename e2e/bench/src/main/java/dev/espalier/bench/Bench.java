package dev.espalier.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Brings all candidates up beside each other and measures them in turns, so that what else loads the machine falls on all. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures the data path against others, interleaved in one run.")
public final class Bench implements Callable<Integer> {
    private static final String NATIVE = "libcrypto";

    @Option(
            names = {"--rounds", "--runs"},
            defaultValue = "5",
            description = "How often each candidate is measured (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "4",
            description = "How long one throughput measurement takes (${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = {"--candidates", "--only"},
            split = ",",
            defaultValue = "none,wireguard-go,jdk,libcrypto,libcrypto-debian13,strongswan",
            description =
                    "Which (${DEFAULT-VALUE}); 'null', our own path without a cipher, needs an agent built with -Despalier.lab.build=true.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private List<String> candidates;

    @Option(
            names = "--measures",
            split = ",",
            defaultValue = "TCP_1,TCP_4,UDP_64,UDP_1400,RTT_50,RSS_LOAD,TCP_1_PLAIN",
            description = "What (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private List<Measure> measures;

    @Option(names = "--project", required = true, hidden = true)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path project;

    @Option(names = "--state", required = true, hidden = true)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path state;

    @Option(names = "--debian13", hidden = true, description = "Root tree of Debian 13.")
    private @Nullable Path debian13;

    @Option(names = "--out", description = "Folder for table, raw numbers and chart.")
    private @Nullable Path out;

    @Option(names = "--hold", description = "Measure nothing: bring everything up, and keep it until end of input.")
    private boolean hold;

    public static void main(String... args) {
        System.exit(new CommandLine(new Bench())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Results results = new Results();
        List<Course> courses = new CopyOnWriteArrayList<>();
        // Daemons and namespaces must not outlive an interrupted run; taking them down twice is harmless.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> takeDown(courses)));
        try {
            for (String name : candidates) {
                Course course = new Course(candidate(name), results, seconds);
                courses.add(course);
                System.err.println("up: " + name);
                course.up();
            }
            if (hold) {
                System.err.println("up; end of input takes it down");
                while (System.in.read() >= 0) {
                    // Whatever is typed, only its end counts.
                }
                return 0;
            }
            for (int round = 0; round < rounds; round++) {
                for (Measure measure : EnumSet.copyOf(measures)) {
                    for (Course course : courses) {
                        course.measure(measure);
                        System.err.println("round " + (round + 1) + ": " + measure + " "
                                + course.candidate().name() + " "
                                + results.samples(course.candidate().name(), measure)
                                        .getLast());
                    }
                }
                // Whoever comes first after a pause has the warmer or the colder caches; take turns.
                Collections.rotate(courses, 1);
                if (out != null) {
                    // Each time, so that an interrupted run leaves what it has.
                    write(out, Table.of(results), results, courses);
                }
            }
            System.out.println(Table.of(results));
            return 0;
        } finally {
            takeDown(courses);
        }
    }

    private static void takeDown(List<Course> courses) {
        for (Course course : courses) {
            try {
                course.close();
            } catch (IOException e) {
                System.err.println("taking down " + course.candidate().name() + ": " + e.getMessage());
            }
        }
    }

    private Candidate candidate(String name) {
        Path folder = state.resolve(name);
        return switch (name) {
            case "none" -> new NoTunnel();
            case "wireguard-go" -> new WireguardGo(required(debian13).resolve("usr/bin/wireguard-go"), folder);
            case "jdk", NATIVE, "null" -> agent(name, Map.of("ESPALIER_CRYPTO", name), null);
            case "strongswan" -> new StrongSwan(project, folder, state.resolve("pki"));
            case "libcrypto-debian13" -> agent(name, Map.of("ESPALIER_CRYPTO", NATIVE), required(debian13));
            default -> throw new CommandLine.ParameterException(new CommandLine(this), "no candidate '" + name + "'");
        };
    }

    private Candidate agent(String name, Map<String, String> settings, @Nullable Path root) {
        return new Espalier(name, settings, root, project, state.resolve(name), state.resolve("pki"));
    }

    private Path required(@Nullable Path tree) {
        if (tree == null) {
            throw new CommandLine.ParameterException(new CommandLine(this), "--debian13 is missing");
        }
        return tree;
    }

    private static void write(Path folder, String table, Results results, List<Course> courses) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("table.md"), table);
        Files.writeString(folder.resolve("chart.svg"), Chart.of(results, List.of(Measure.values())));
        ObjectMapper json = new ObjectMapper();
        ObjectNode all = json.createObjectNode();
        for (Course course : courses) {
            ObjectNode of = all.putObject(course.candidate().name());
            of.put("version", course.candidate().version());
            for (Measure measure : Measure.values()) {
                of.putPOJO(measure.name(), results.samples(course.candidate().name(), measure));
            }
        }
        Files.writeString(
                folder.resolve("raw.json"),
                json.writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n");
    }
}
