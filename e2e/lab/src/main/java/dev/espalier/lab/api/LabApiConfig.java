package dev.espalier.lab.api;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How to run the lab's API server.
 *
 * @param listen address and port; port 0 takes a free one
 * @param stateFolder where keys and the administrator's kubeconfig are kept; empty for keys that live as long as the server
 * @param minorVersion what {@code /version} says: 1.{@code minorVersion}
 * @param nodeClaims whether tokens bound to pods say the node, as servers from 1.30 do
 * @param historyPerResource changes of one resource that watches can resume from
 * @param bookmarkInterval between bookmarks of an idle watch
 * @param log gets what a person should see
 */
public record LabApiConfig(
        InetSocketAddress listen,
        Optional<Path> stateFolder,
        int minorVersion,
        boolean nodeClaims,
        int historyPerResource,
        Duration bookmarkInterval,
        Consumer<String> log) {

    /** On a free port of the loopback address, nothing kept, like a current server. */
    public static LabApiConfig local() {
        return new LabApiConfig(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                32,
                true,
                1_000,
                Duration.ofSeconds(10),
                System.err::println);
    }

    public LabApiConfig withListen(InetSocketAddress address) {
        return new LabApiConfig(
                address, stateFolder, minorVersion, nodeClaims, historyPerResource, bookmarkInterval, log);
    }

    public LabApiConfig withStateFolder(Path folder) {
        return new LabApiConfig(
                listen, Optional.of(folder), minorVersion, nodeClaims, historyPerResource, bookmarkInterval, log);
    }

    public LabApiConfig withBookmarkInterval(Duration interval) {
        return new LabApiConfig(listen, stateFolder, minorVersion, nodeClaims, historyPerResource, interval, log);
    }

    /** Like a server of 1.{@code minor}; before 30, tokens do not say the node. */
    public LabApiConfig emulating(int minor) {
        return new LabApiConfig(listen, stateFolder, minor, minor >= 30, historyPerResource, bookmarkInterval, log);
    }
}
