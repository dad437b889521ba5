package dev.espalier.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** CPU time and memory of processes, from proc(5). */
final class CpuMeter {
    private static final double TICKS_PER_SECOND = 100;

    private CpuMeter() {}

    /** User and system seconds of all {@code processes} since they started. */
    static double seconds(List<Process> processes) throws IOException {
        double sum = 0;
        for (Process process : processes) {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            // Fields from the third on stand behind the command's name, which may hold anything.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            sum += (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
        }
        return sum;
    }

    /** Seconds of each thread since it started, by process (a letter: a, b) and name; threads of one name are one. */
    static Map<String, Double> secondsByThread(List<Process> processes) throws IOException {
        Map<String, Double> seconds = new TreeMap<>();
        for (int i = 0; i < processes.size(); i++) {
            Path tasks = Path.of("/proc", Long.toString(processes.get(i).pid()), "task");
            try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
                for (Path thread : threads) {
                    try {
                        String name = Files.readString(thread.resolve("comm")).strip();
                        String[] nanos =
                                Files.readString(thread.resolve("schedstat")).split(" ");
                        seconds.merge((char) ('a' + i) + ":" + name, Long.parseLong(nanos[0]) / 1e9, Double::sum);
                    } catch (NoSuchFileException ended) {
                        // It has ended since the folder was read.
                    }
                }
            }
        }
        return seconds;
    }

    /** Resident megabytes (10^6) of the largest of {@code processes}. */
    static double residentMegabytes(List<Process> processes) throws IOException {
        double largest = 0;
        for (Process process : processes) {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
                if (line.startsWith("VmRSS:")) {
                    double kibibytes = Double.parseDouble(line.replaceAll("[^0-9]", ""));
                    largest = Math.max(largest, kibibytes * 1024 / 1e6);
                }
            }
        }
        return largest;
    }
}
