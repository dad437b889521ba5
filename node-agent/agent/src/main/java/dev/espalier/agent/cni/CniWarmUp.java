package dev.espalier.agent.cni;

import dev.espalier.cni.CniFailure;
import dev.espalier.cni.CniRequest;
import dev.espalier.cni.Frame;
import dev.espalier.cni.PendingDeletions;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.libc.Syscalls;
import dev.espalier.linux.netlink.Batch;
import dev.espalier.linux.netlink.InterfaceAddress;
import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.linux.netlink.VethPair;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Goes through what ADD and DEL go through, often enough for the runtime to learn what to compile, and without changing anything: the kernel refuses each request.
 * What is learnt goes into the start-up cache, so that a node whose pods all start at once has not to wait for it. Needs no privilege.
 */
public final class CniWarmUp {
    private static final Logger LOG = Logger.getLogger(CniWarmUp.class);
    private static final int TIMES = 300;
    private static final int NO_INTERFACE = Integer.MAX_VALUE;
    private static final List<PodCidr> RANGES = List.of(
            new PodCidr(Prefix.parse("192.0.2.0/24"), IpAddress.parse("192.0.2.1")),
            new PodCidr(Prefix.parse("2001:db8::/64"), IpAddress.parse("2001:db8::1")));
    private static final String CONFIG = "{\"cniVersion\":\"1.1.0\",\"name\":\"warm-up\",\"type\":\"espalier\"}";

    private CniWarmUp() {}

    /** @param folder of this process's own; files that are made in it are removed, folders stay */
    public static void run(Path folder) throws IOException {
        AttachmentStore store = new AttachmentStore(folder);
        AddressPool pool = new AddressPool();
        try (PodWiring wiring = PodWiring.open();
                Rtnetlink netlink = Rtnetlink.open();
                Fd noNamespace = Syscalls.open(Path.of("/dev/null"), Syscalls.O_RDONLY)) {
            CniPlugin plugin = new CniPlugin(
                    new Ready(),
                    new PodNetwork(store, wiring),
                    PendingDeletions.besides(folder.resolve("cni.sock")),
                    System::nanoTime);
            for (int i = 0; i < TIMES; i++) {
                CniRequest request = request(CniRequest.ADD, i);
                // Not what opens the namespace: that has to fail, and failures are not what is to be learnt.
                Attachment attachment = attachment(pool.allocate(RANGES), request);
                store.save(attachment);
                send(netlink, attachment, noNamespace);
                store.save(attachment.completed());
                store.find(attachment.key());
                AddResult.of(attachment, NetworkConfigReader.read(request.config()));
                store.remove(attachment.key());
                attachment.addresses().forEach(address -> pool.release(address.address()));
                byte[] frame = request(CniRequest.STATUS, i).encode();
                plugin.handle(CniRequest.decode(Frame.read(Channels.newChannel(new ByteArrayInputStream(frame)))));
            }
        } catch (CniFailure e) {
            throw new IOException(e);
        }
    }

    private static CniRequest request(String command, int number) {
        return new CniRequest(command, "warm-up-" + number, "/run/netns/warm-up", "eth0", "", CONFIG);
    }

    private static Attachment attachment(List<PodAddress> addresses, CniRequest request) {
        return new Attachment(
                false,
                "warm-up",
                request.containerId(),
                request.ifName(),
                request.netns(),
                "default",
                request.containerId(),
                1400,
                addresses);
    }

    // Refused one by one: the peer's namespace is none, and there is no interface of this number.
    private static void send(Rtnetlink netlink, Attachment attachment, Fd noNamespace) {
        String host = attachment.hostInterface();
        Batch batch = netlink.batch()
                .createVeth(new VethPair(
                        host,
                        attachment.hostMac(),
                        attachment.ifName(),
                        attachment.podMac(),
                        noNamespace,
                        attachment.mtu(),
                        PodWiring.POD_GROUP))
                .describe(host, attachment.alias(), PodWiring.IPV4)
                .setUp(NO_INTERFACE);
        for (PodAddress address : attachment.addresses()) {
            IpAddress own = address.address();
            batch.add(InterfaceAddress.of(NO_INTERFACE, own, own.bitLength()))
                    .replacePermanent(NO_INTERFACE, own, attachment.podMac())
                    .replace(PodWiring.hostRoute(own, NO_INTERFACE))
                    .delete(PodWiring.rule(own.v6(), host));
            PodWiring.podRoutes(address, NO_INTERFACE).forEach(batch::add);
        }
        try {
            batch.run();
        } catch (ErrnoException e) {
            LOG.tracef("as it has to be: %s", e.getMessage());
        }
    }

    private static final class Ready implements NodeState {
        @Override
        public List<PodCidr> podCidrs() {
            return RANGES;
        }

        @Override
        public int innerMtu() {
            return 1400;
        }

        @Override
        public Readiness readiness() {
            return new Readiness.Ready();
        }
    }
}
