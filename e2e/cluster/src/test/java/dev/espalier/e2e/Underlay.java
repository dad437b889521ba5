package dev.espalier.e2e;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Captures on every node's underlay for as long as the session lasts, and what in them is clear text. */
final class Underlay implements AutoCloseable {
    private static final long STILL_PROTECTED = -1;

    private final List<NodeCapture> captures = new ArrayList<>();
    private final String clear;
    private long expectedClear;
    private long beforeRemoval = STILL_PROTECTED;

    /**
     * @param addresses a node's name and its own address
     * @param podCidrs  where pod addresses come from, of all nodes
     */
    Underlay(Settings settings, Map<String, String> addresses, List<String> podCidrs) {
        clear = clearFilter(podCidrs);
        try {
            addresses.forEach((node, address) -> captures.add(
                    NodeCapture.start(settings, node, address, settings.out().resolve("captures"))));
        } catch (AssertionError e) {
            close();
            throw e;
        }
    }

    /** The pcap filter for packets with a pod address at both ends of their outer header. */
    static String clearFilter(List<String> podCidrs) {
        return "(" + any("src", podCidrs) + ") and (" + any("dst", podCidrs) + ") and (ip or ip6)";
    }

    private static String any(String end, List<String> cidrs) {
        return cidrs.stream()
                .map(cidr -> (cidr.contains(":") ? "ip6 " : "") + end + " net " + cidr)
                .collect(Collectors.joining(" or "));
    }

    /** Clear packets so far, or until protection ended, over all nodes, beyond those that a test planted. */
    long leaks() {
        return beforeRemoval == STILL_PROTECTED ? count(clear) - expectedClear : beforeRemoval;
    }

    /** From now on, clear packets are no leaks; returns how many there were until now. */
    long endOfProtection() {
        beforeRemoval = leaks();
        return beforeRemoval;
    }

    /** Clear packets so far that also match {@code filter}. */
    long clearPackets(String filter) {
        return count("(" + clear + ") and (" + filter + ")");
    }

    /** Packets of ESP so far: inside UDP 4500 but not IKE, whose marker is four zero octets (RFC 3948 section 2.2), or bare. */
    long esp() {
        return count("esp or (udp port 4500 and udp[8:4] != 0 and udp[4:2] > 9)");
    }

    long count(String filter) {
        return captures.stream().mapToLong(capture -> capture.count(filter)).sum();
    }

    /** A test has put {@code packets} clear ones onto the wire itself. */
    void planted(long packets) {
        expectedClear += packets;
    }

    String showLeaks() {
        return captures.stream()
                .map(capture -> capture.node() + ":\n" + capture.show(clear, 10))
                .collect(Collectors.joining("\n"));
    }

    /** Ends all captures; the sum of what they saw. */
    long finish() {
        return captures.stream().mapToLong(NodeCapture::finish).sum();
    }

    Path folder(Settings settings) {
        return settings.out().resolve("captures");
    }

    @Override
    public void close() {
        captures.forEach(NodeCapture::close);
    }
}
