package dev.espalier.testkit.sim;

import dev.espalier.ike.ChildSa;
import dev.espalier.ike.IkeOutput;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The child SAs that one node has installed, as its data path would hold them; throws {@link AssertionError} as soon as the engine
 * asks for what cannot be. The outbound SA of a peer that was installed last is the one used.
 */
public final class SimDataPath {
    /** One direction of a pair, with what passed. */
    public static final class Sa {
        private final String peer;
        private final int spi;
        private final int spiIn;
        private final String suite;
        private final Octets key;
        private final List<String> localSelectors;
        private final List<String> remoteSelectors;
        private final boolean udpEncapsulated;
        private IpAddress remote;
        long packets;
        long lastNanos;

        private Sa(ChildSa sa) {
            this.peer = sa.peer();
            this.spi = sa.spi();
            this.spiIn = sa.spiIn();
            this.suite = sa.suite().toString();
            this.key = Octets.of(sa.key());
            this.localSelectors =
                    sa.localSelectors().stream().map(Object::toString).toList();
            this.remoteSelectors =
                    sa.remoteSelectors().stream().map(Object::toString).toList();
            this.udpEncapsulated = sa.udpEncapsulated();
            this.remote = sa.path().remote().address();
            Arrays.fill(sa.key(), (byte) 0);
        }

        public String peer() {
            return peer;
        }

        public int spi() {
            return spi;
        }

        /** Inbound SPI of the pair it belongs to. */
        public int spiIn() {
            return spiIn;
        }

        public String suite() {
            return suite;
        }

        public Octets key() {
            return key;
        }

        public List<String> localSelectors() {
            return localSelectors;
        }

        public List<String> remoteSelectors() {
            return remoteSelectors;
        }

        public boolean udpEncapsulated() {
            return udpEncapsulated;
        }

        public long packets() {
            return packets;
        }
    }

    private final String node;
    private final Map<Integer, Sa> inbound = new LinkedHashMap<>();
    private final List<Sa> outbound = new ArrayList<>();

    SimDataPath(String node) {
        this.node = node;
    }

    void install(IkeOutput.InstallChildSa install) {
        Sa sa = new Sa(install.sa());
        if (install.direction() == IkeOutput.Direction.INBOUND) {
            require(!inbound.containsKey(sa.spi), "installs inbound SPI " + hex(sa.spi) + " twice");
            inbound.put(sa.spi, sa);
        } else {
            require(inbound.containsKey(sa.spiIn), "installs outbound " + hex(sa.spi) + " before its inbound half");
            require(
                    outbound.stream().noneMatch(o -> o.spi == sa.spi && o.peer.equals(sa.peer)),
                    "installs outbound twice");
            outbound.add(sa);
        }
    }

    /** These and no others are installed, and each peer's outbound ones in this order. */
    void requireSame(List<IkeOutput.InstallChildSa> installs) {
        List<Sa> in = new ArrayList<>();
        Map<String, List<Sa>> out = new TreeMap<>();
        for (IkeOutput.InstallChildSa install : installs) {
            Sa sa = new Sa(install.sa());
            if (install.direction() == IkeOutput.Direction.INBOUND) {
                in.add(sa);
            } else {
                out.computeIfAbsent(sa.peer, peer -> new ArrayList<>()).add(sa);
            }
        }
        Map<String, List<Sa>> mine = new TreeMap<>();
        outbound.forEach(
                sa -> mine.computeIfAbsent(sa.peer, peer -> new ArrayList<>()).add(sa));
        require(
                text(in).stream()
                        .sorted()
                        .toList()
                        .equals(text(inbound()).stream().sorted().toList()),
                "hands over inbound " + text(in) + " instead of " + text(inbound()));
        out.forEach((peer, sas) -> require(
                text(sas).equals(text(mine.getOrDefault(peer, List.of()))),
                "hands over " + text(sas) + " towards " + peer));
        out.values()
                .forEach(sas -> sas.forEach(sa -> require(
                        outboundOf(sa.spiIn).orElseThrow().remote.equals(sa.remote),
                        "hands over another way to " + sa.peer)));
        require(out.keySet().equals(mine.keySet()), "hands over SAs towards " + out.keySet());
    }

    private static List<String> text(List<Sa> sas) {
        return sas.stream()
                .map(sa -> hex(sa.spi) + "/" + hex(sa.spiIn) + " " + sa.suite + " " + sa.localSelectors + " "
                        + sa.remoteSelectors + " " + sa.udpEncapsulated + " " + sa.key.hashCode())
                .toList();
    }

    void remove(IkeOutput.RemoveChildSa remove) {
        boolean removed = remove.direction() == IkeOutput.Direction.INBOUND
                ? inbound.remove(remove.spi()) != null
                : outbound.removeIf(sa -> sa.spi == remove.spi() && sa.peer.equals(remove.peer()));
        require(removed, "removes " + remove + ", which is not there");
    }

    void move(IkeOutput.MoveChildSa move) {
        require(inbound.containsKey(move.spiIn()), "moves " + hex(move.spiIn()) + ", which is not there");
        IpAddress to = move.path().remote().address();
        inbound.values().stream().filter(sa -> sa.spiIn == move.spiIn()).forEach(sa -> sa.remote = to);
        outbound.stream().filter(sa -> sa.spiIn == move.spiIn()).forEach(sa -> sa.remote = to);
    }

    boolean allMovedTo(IpAddress remote) {
        return !outbound.isEmpty()
                && outbound.stream().allMatch(sa -> sa.remote.equals(remote))
                && inbound.values().stream().allMatch(sa -> sa.remote.equals(remote));
    }

    /** The SA that a packet to {@code peer} would take. */
    public Optional<Sa> sendingTo(String peer) {
        return outbound.stream().filter(sa -> sa.peer.equals(peer)).reduce((older, newer) -> newer);
    }

    public Optional<Sa> receivingOn(int spi) {
        return Optional.ofNullable(inbound.get(spi));
    }

    public List<Sa> inbound(String peer) {
        return inbound.values().stream().filter(sa -> sa.peer.equals(peer)).toList();
    }

    public List<Sa> outbound(String peer) {
        return outbound.stream().filter(sa -> sa.peer.equals(peer)).toList();
    }

    List<Sa> inbound() {
        return List.copyOf(inbound.values());
    }

    /** The outbound half of the pair with this inbound SPI. */
    Optional<Sa> outboundOf(int spiIn) {
        return outbound.stream().filter(sa -> sa.spiIn == spiIn).findFirst();
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(node + " " + what);
        }
    }

    private static String hex(int spi) {
        return Integer.toHexString(spi);
    }
}
