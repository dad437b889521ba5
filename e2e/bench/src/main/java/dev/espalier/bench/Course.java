package dev.espalier.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One candidate in its own namespaces, and how it is measured. */
final class Course implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** More than a million packets. */
    private static final double WARM_UP_OCTETS = 1.5e9;

    private static final int WARM_UP_RUNS = 8;

    private final Candidate candidate;
    private final Topology topology;
    private final Results results;
    private final int seconds;
    private final List<Process> servers = new ArrayList<>();

    /** @param seconds that each throughput and latency measurement takes */
    Course(Candidate candidate, Results results, int seconds) {
        this.candidate = candidate;
        this.topology = new Topology(candidate.name());
        this.results = results;
        this.seconds = seconds;
    }

    Candidate candidate() {
        return candidate;
    }

    /** Brings everything up, waits for the tunnel, and lets it run warm. */
    void up() throws IOException {
        topology.up();
        candidate.start(topology);
        Wait.until("pod to pod by " + candidate.name(), 180, this::pings);
        results.add(candidate.name(), Measure.RSS_IDLE, CpuMeter.residentMegabytes(candidate.daemons()));
        servers.add(start(topology.pod("b"), "PodServer"));
        servers.add(new ProcessBuilder(Shell.in(topology.pod("b"), List.of("iperf3", "-s")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
        Wait.pause(500);
        warmUp();
    }

    /** Until the JVM has compiled what carries packets: by octets rather than by time, since what is slow at first needs longer. */
    private void warmUp() throws IOException {
        double octets = 0;
        for (int i = 0; i < WARM_UP_RUNS && octets < WARM_UP_OCTETS; i++) {
            octets += iperf(2, 1).get("bytes").asDouble();
        }
    }

    private boolean pings() {
        try {
            Shell.runIn(topology.pod("a"), "ping -c 1 -W 1 " + Topology.POD_B);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Measures {@code what} once; measures that come in pairs record both. */
    void measure(Measure what) throws IOException {
        switch (what) {
            case TCP_1 -> throughput(1, Measure.TCP_1, Measure.CPU_1);
            case TCP_4 -> throughput(4, Measure.TCP_4, Measure.CPU_4);
            case TCP_1_PLAIN -> {
                topology.underlayOffloads(false);
                try {
                    throughput(1, Measure.TCP_1_PLAIN, Measure.CPU_1_PLAIN);
                } finally {
                    topology.underlayOffloads(true);
                }
            }
            case UDP_64 -> results.add(candidate.name(), what, client("rate", "64")[0]);
            // 1372 octets of payload and 28 of headers make the 1400 that the tunnel takes.
            case UDP_1400 -> results.add(candidate.name(), what, client("rate", "1372")[0]);
            case RTT_50 -> {
                double[] times = client("rtt", Integer.toString(seconds));
                results.add(candidate.name(), Measure.RTT_50, times[0]);
                results.add(candidate.name(), Measure.RTT_99, times[1]);
            }
            case RSS_LOAD -> results.add(candidate.name(), what, CpuMeter.residentMegabytes(candidate.daemons()));
            case CPU_1, CPU_4, CPU_1_PLAIN, RTT_99, RSS_IDLE ->
                throw new IllegalArgumentException(what + " comes with another");
        }
    }

    private void throughput(int flows, Measure rate, Measure cpu) throws IOException {
        double before = CpuMeter.seconds(candidate.daemons());
        Map<String, Double> threads = CpuMeter.secondsByThread(candidate.daemons());
        JsonNode received = iperf(seconds, flows);
        double used = CpuMeter.seconds(candidate.daemons()) - before;
        results.add(candidate.name(), rate, received.get("bits_per_second").asDouble() / 1e9);
        tellBusiest(threads, received.get("bytes").asDouble() / 1e9);
        if (!candidate.daemons().isEmpty()) {
            results.add(candidate.name(), cpu, used / (received.get("bytes").asDouble() / 1e9));
        }
    }

    /** Which threads the CPU time went to, for whoever wonders why. */
    private void tellBusiest(Map<String, Double> before, double gigabytes) throws IOException {
        StringBuilder text = new StringBuilder();
        CpuMeter.secondsByThread(candidate.daemons()).entrySet().stream()
                .map(e -> Map.entry(e.getKey(), (e.getValue() - before.getOrDefault(e.getKey(), 0.0)) / gigabytes))
                .filter(e -> e.getValue() >= 0.02)
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .limit(6)
                .forEach(e -> text.append(String.format(Locale.ROOT, "  %s %.2f s/GB", e.getKey(), e.getValue())));
        System.err.println("threads of " + candidate.name() + ":" + text);
    }

    private JsonNode iperf(int forSeconds, int flows) throws IOException {
        String output = Shell.runIn(
                topology.pod("a"), "iperf3 -c " + Topology.POD_B + " -C cubic -J -t " + forSeconds + " -P " + flows);
        return JSON.readTree(output).get("end").get("sum_received");
    }

    private double[] client(String verb, String argument) throws IOException {
        List<String> command = new ArrayList<>(java("PodClient"));
        command.addAll(List.of(verb, Topology.POD_B, argument));
        String[] numbers =
                Shell.run(Shell.in(topology.pod("a"), command)).strip().split(" ");
        double[] values = new double[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            values[i] = Double.parseDouble(numbers[i]);
        }
        return values;
    }

    private static List<String> java(String mainClass) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.espalier.bench." + mainClass);
    }

    private static Process start(String namespace, String mainClass) throws IOException {
        Process process = new ProcessBuilder(Shell.in(namespace, java(mainClass)))
                .redirectErrorStream(true)
                .start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String first = output.readLine();
        if (!"ready".equals(first)) {
            throw new IOException(mainClass + ": " + first);
        }
        return process;
    }

    @Override
    public void close() throws IOException {
        servers.forEach(Shell::end);
        candidate.close();
        topology.close();
    }
}
