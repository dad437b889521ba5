package dev.espalier.linux.netlink;

import dev.espalier.wire.Octets;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What `resources/netlink/capture` recorded of iproute2 and the kernel, on a little-endian machine. */
final class Captured {
    private Captured() {}

    /** Requests by the command that sent them. */
    static Map<String, Octets> requests() {
        Map<String, Octets> requests = new LinkedHashMap<>();
        for (String line : lines("requests.txt")) {
            if (!line.startsWith("#")) {
                int equals = line.lastIndexOf(" = ");
                requests.put(line.substring(0, equals), Octets.fromHex(line.substring(equals + 3)));
            }
        }
        return requests;
    }

    /** The kernel's answers of a type to a command. */
    static List<Octets> replies(String command, int type) {
        List<Octets> bodies = new ArrayList<>();
        boolean inside = false;
        for (String line : lines("replies.txt")) {
            if (line.startsWith("# ip ")) {
                inside = line.equals("# ip " + command);
            } else if (inside && !line.startsWith("#")) {
                Message.split(Octets.fromHex(line)).stream()
                        .filter(message -> message.type() == type)
                        .forEach(message -> bodies.add(message.body()));
            }
        }
        return bodies;
    }

    private static List<String> lines(String name) {
        try (InputStream in = Captured.class.getResourceAsStream("/netlink/" + name)) {
            if (in == null) {
                throw new IllegalStateException("no resource netlink/" + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
