package dev.espalier.e2e.traffic;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * The entry point of the tools image. Results go to standard output, one a line; a failure ends with exit code 1 and its reason on
 * standard error.
 *
 * <pre>
 *   serve NAME TCP UDP DNS [AT]     servers on these ports (0: none), until killed; datagrams are served at address AT only
 *   who HOST PORT TIMES             TIMES connections: who answered, and as whom it saw us
 *   udp HOST PORT TIMES             the same with datagrams
 *   dns SERVER PORT NAME TYPE VIA   asks for A or TXT via udp or tcp
 *   resolve NAME                    addresses by this pod's own resolver
 *   hold HOST PORT COUNT            COUNT connections at once, each used twice
 *   session HOST PORT SECONDS       one connection, an exchange every 100 ms
 *   stream HOST PORT PPS SECONDS [FILE]   numbered datagrams and how many came back
 *   flows HOST PORT COUNT SECONDS [FILE]  COUNT connections at once, used all the while, and how many broke
 *   bulk HOST PORT OCTETS           sends and fetches, with check sums
 * </pre>
 *
 * <p>What has a FILE ends early once that file is there.
 */
public final class Traffic {
    private Traffic() {}

    /** Runs one verb and ends the process with its exit code. */
    public static void main(String[] arguments) throws InterruptedException {
        try {
            run(List.of(arguments));
        } catch (IOException | IllegalArgumentException e) {
            System.err.println(e);
            System.exit(1);
        } catch (IndexOutOfBoundsException e) {
            System.err.println("arguments are missing: " + String.join(" ", arguments));
            System.exit(2);
        }
    }

    private static void run(List<String> words) throws IOException, InterruptedException {
        switch (words.get(0)) {
            case "serve" -> serve(words);
            case "who" -> Clients.who(address(words), number(words, 3), System.out);
            case "udp" -> Clients.udp(address(words), number(words, 3), System.out);
            case "dns" -> Clients.dns(address(words), words.get(3), words.get(4), words.get(5), System.out);
            case "resolve" -> Clients.resolve(words.get(1), System.out);
            case "hold" -> Clients.hold(address(words), number(words, 3), System.out);
            case "session" -> Streams.session(address(words), number(words, 3), System.out);
            case "stream" -> Streams.stream(address(words), number(words, 3), number(words, 4), end(words), System.out);
            case "flows" -> Flows.run(address(words), number(words, 3), end(words), System.out);
            case "bulk" -> Clients.bulk(address(words), number(words, 3), System.out);
            default -> throw new IllegalArgumentException("no verb '" + words.get(0) + "'");
        }
    }

    private static void serve(List<String> words) throws IOException, InterruptedException {
        String name = words.get(1);
        if (number(words, 2) > 0) {
            TcpServer.start(name, number(words, 2));
        }
        if (number(words, 3) > 0) {
            // Which of a host's addresses a socket bound to all of them answers from is up to the route back.
            UdpServer.start(name, words.size() > 5 ? words.get(5) : "0.0.0.0", number(words, 3));
        }
        if (number(words, 4) > 0) {
            DnsServer.start(number(words, 4));
        }
        System.out.println("ready");
        Thread.currentThread().join();
    }

    private static End end(List<String> words) {
        return End.in(number(words, 4), words.subList(5, words.size()));
    }

    private static InetSocketAddress address(List<String> words) {
        return new InetSocketAddress(words.get(1), number(words, 2));
    }

    private static int number(List<String> words, int index) {
        return Integer.parseInt(words.get(index));
    }
}
