package dev.espalier.agent.loop;

import dev.espalier.esp.crypto.CipherBackend;
import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.crypto.JdkCipherBackend;
import dev.espalier.esp.crypto.PacketCipher;
import dev.espalier.esp.sad.InboundSa;
import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.esp.sad.SaParameters;
import dev.espalier.esp.sad.SecurityDatabase;
import dev.espalier.esp.spd.EndSelector;
import dev.espalier.esp.spd.SelectorPair;
import dev.espalier.esp.spd.Spd;
import dev.espalier.esp.spd.SpdEntry;
import dev.espalier.linux.netlink.InterfaceAddress;
import dev.espalier.linux.netlink.Route;
import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.linux.netlink.VethPair;
import dev.espalier.linux.netns.NetworkNamespace;
import dev.espalier.linux.netns.Sysctl;
import dev.espalier.linux.tun.TunDevice;
import dev.espalier.linux.udp.UdpOptions;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/**
 * One of two nodes, each in a network namespace, joined by a veth pair: underlay 192.0.2.N and 2001:db8::N on {@code up}, inner
 * prefixes 10.42.N.0/24 and fd42:0:0:N::/64 behind {@code espalier0}, which carries their first addresses.
 */
final class NamespacedNode implements AutoCloseable {
    static final String UPLINK = "up";
    static final int INNER_MTU = 1400;

    final int number;
    final NetworkNamespace namespace;
    final Rtnetlink netlink;
    final SecurityDatabase database = new SecurityDatabase();
    final RecordingControlPlane control = new RecordingControlPlane();
    final DataPath dataPath;
    final Offloads offloads;
    private final CipherBackend ciphers;
    private final String namespaceName;
    private final TunDevice tun;
    private final UdpSockets sockets;

    private NamespacedNode(
            int number, String namespaceName, NetworkNamespace namespace, Offloads wanted, CipherBackend ciphers)
            throws IOException {
        this.ciphers = ciphers;
        this.number = number;
        this.namespaceName = namespaceName;
        this.namespace = namespace;
        netlink = namespace.call(Rtnetlink::open);
        netlink.links().setUp(1);
        tun = namespace.call(() -> TunDevice.open("espalier0", wanted.tunOptions()));
        sockets = namespace.call(() -> UdpSockets.open(UdpSockets.IKE_PORT, UdpSockets.NAT_PORT, UdpOptions.DEFAULT));
        offloads = wanted.takeFrom(tun, sockets);
        dataPath = new DataPath(
                DataPathSettings.defaults(inner(number, false), inner(number, true))
                        .with(offloads),
                database,
                tun.queue(0),
                sockets,
                control);
    }

    /** Two nodes, joined and with policy for each other, without SAs; loops run, with all that the kernel has. */
    static List<NamespacedNode> pair() throws IOException {
        return pair(Offloads.ALL, Offloads.ALL, new JdkCipherBackend());
    }

    static List<NamespacedNode> pair(Offloads first, Offloads second, CipherBackend ciphers) throws IOException {
        String run = "esp" + ProcessHandle.current().pid();
        NamespacedNode one = create(1, run + "a", first, ciphers);
        NamespacedNode two = create(2, run + "b", second, ciphers);
        one.netlink.links().createVeth(new VethPair(UPLINK, null, UPLINK, null, two.namespace.fd(), 1500, 0));
        one.configure(2);
        two.configure(1);
        return List.of(one, two);
    }

    private static NamespacedNode create(int number, String name, Offloads offloads, CipherBackend ciphers)
            throws IOException {
        return new NamespacedNode(number, name, NetworkNamespace.create(name), offloads, ciphers);
    }

    private void configure(int peer) throws IOException {
        int uplink = netlink.links().get(UPLINK).index();
        int inside = tunIndex();
        netlink.links().setUp(uplink);
        netlink.addresses().add(InterfaceAddress.of(uplink, underlay(number, false), 24));
        netlink.addresses().add(InterfaceAddress.of(uplink, underlay(number, true), 64));
        netlink.links().setMtu(inside, INNER_MTU);
        netlink.links().setUp(inside);
        for (boolean v6 : new boolean[] {false, true}) {
            netlink.addresses().add(InterfaceAddress.of(inside, inner(number, v6), v6 ? 128 : 32));
        }
        namespace.call(() -> {
            // ICMP errors about packets that went into the device come out of it, from the node's own gateway address.
            Sysctl.set("net/ipv4/conf/espalier0/accept_local", "1");
            Sysctl.set("net/ipv4/conf/espalier0/rp_filter", "1");
            return null;
        });
        addInnerRoutes(peer);
        database.setPolicy(Spd.of(List.of(
                SpdEntry.protect(pods(number, false), pods(peer, false), name(peer)),
                SpdEntry.protect(pods(number, true), pods(peer, true), name(peer)))));
        dataPath.start();
    }

    void addInnerRoutes(int peer) throws IOException {
        addInnerRoute(peer, false);
        addInnerRoute(peer, true);
    }

    void addInnerRoute(int peer, boolean v6) throws IOException {
        netlink.routes().replace(Route.through(pods(peer, v6), tunIndex()).withSource(inner(number, v6)));
    }

    int tunIndex() throws IOException {
        return netlink.links().get("espalier0").index();
    }

    static String name(int number) {
        return "node-" + number;
    }

    static IpAddress underlay(int number, boolean v6) {
        return IpAddress.parse((v6 ? "2001:db8::" : "192.0.2.") + number);
    }

    static IpAddress inner(int number, boolean v6) {
        return IpAddress.parse(v6 ? "fd42:0:0:" + number + "::1" : "10.42." + number + ".1");
    }

    static Prefix pods(int number, boolean v6) {
        return Prefix.parse(v6 ? "fd42:0:0:" + number + "::/64" : "10.42." + number + ".0/24");
    }

    /** From here to {@code peer}, on port 4500. */
    UdpPath path(int peer, boolean v6) {
        return new UdpPath(
                new UdpEndpoint(underlay(number, v6), UdpSockets.NAT_PORT),
                new UdpEndpoint(underlay(peer, v6), UdpSockets.NAT_PORT));
    }

    OutboundSa installOutbound(int peer, int spi, UdpPath path) {
        OutboundSa sa = new OutboundSa(parameters(peer, spi, path), cipher(spi));
        database.install(sa);
        return sa;
    }

    InboundSa installInbound(int peer, int spi, UdpPath path) {
        InboundSa sa = new InboundSa(parameters(peer, spi, path), cipher(spi));
        database.install(sa);
        return sa;
    }

    SaParameters parameters(int peer, int spi, UdpPath path) {
        SelectorPair selectors = new SelectorPair(
                List.of(EndSelector.of(pods(number, false)), EndSelector.of(pods(number, true))),
                List.of(EndSelector.of(pods(peer, false)), EndSelector.of(pods(peer, true))));
        return new SaParameters(name(peer), spi, spi, EspTransform.AES_128_GCM_16, true, selectors, path, true, 8192);
    }

    /** Both ends make the same key of an SPI: no IKE here. */
    PacketCipher cipher(int spi) {
        byte[] keymat = new byte[EspTransform.AES_128_GCM_16.keymatLength()];
        new Random(spi).nextBytes(keymat);
        return ciphers.cipher(EspTransform.AES_128_GCM_16, keymat, true);
    }

    String namespaceName() {
        return namespaceName;
    }

    /** A socket of an application in this namespace. */
    DatagramSocket socket(IpAddress address, int port) throws IOException {
        return namespace.call(() -> {
            DatagramSocket socket = new DatagramSocket(new InetSocketAddress(address.toInetAddress(), port));
            socket.setSoTimeout(5000);
            return socket;
        });
    }

    /** What a command prints in this namespace, whatever its exit status. */
    String run(String... command) throws IOException {
        return namespace.call(() -> {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        });
    }

    @Override
    public void close() throws IOException {
        dataPath.close();
        sockets.close();
        tun.close();
        netlink.close();
        namespace.close();
        NetworkNamespace.delete(namespaceName);
    }
}
