package dev.espalier.lab.api;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Runs the lab's API server as a process of its own: {@code --listen ADDR:PORT --state-dir DIR [--emulate-minor N]}. */
public final class Main {
    private Main() {}

    /** Runs until SIGTERM. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        LabApiConfig config;
        try {
            config = parse(List.of(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println("lab API server: " + e.getMessage());
            System.err.println("usage: --listen ADDR:PORT --state-dir DIR [--emulate-minor N]");
            System.exit(2);
            return;
        }
        LabApiServer server = LabApiServer.start(config);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.close();
            stopped.countDown();
        }));
        System.err.println("lab API server (in memory, for labs only) on " + server.url());
        stopped.await();
    }

    static LabApiConfig parse(List<String> arguments) throws IOException {
        LabApiConfig config = LabApiConfig.local();
        for (int i = 0; i < arguments.size(); i += 2) {
            String name = arguments.get(i);
            if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException(name + " needs a value");
            }
            String value = arguments.get(i + 1);
            config = switch (name) {
                case "--listen" -> config.withListen(address(value));
                case "--state-dir" -> config.withStateFolder(Path.of(value));
                case "--emulate-minor" -> config.emulating(Integer.parseInt(value));
                default -> throw new IllegalArgumentException("unknown option " + name);
            };
        }
        return config;
    }

    private static InetSocketAddress address(String text) throws IOException {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("--listen wants ADDR:PORT, not " + text);
        }
        String host = text.substring(0, colon).replace("[", "").replace("]", "");
        return new InetSocketAddress(InetAddress.getByName(host), Integer.parseInt(text.substring(colon + 1)));
    }
}
