package dev.espalier.linux.tun;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.libc.Syscalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer 3 TUN device (IFF_TUN, IFF_NO_PI; Documentation/networking/tuntap.rst) in the network namespace of the thread that opens it. It is not persistent:
 * when the last queue is closed, or the process dies, the kernel removes it together with the routes that point at it (TUN-02).
 */
public final class TunDevice implements AutoCloseable {
    /** Octets of the virtio_net_hdr in front of each packet, in host byte order, when {@link Options#vnetHeader} is set. */
    public static final int HEADER_BYTES = VirtioHeader.BYTES;

    public static final int OFFLOAD_CSUM = 1;
    public static final int OFFLOAD_TSO4 = 2;
    public static final int OFFLOAD_TSO6 = 4;
    public static final int OFFLOAD_TSO_ECN = 8;
    public static final int OFFLOAD_USO4 = 0x20;
    public static final int OFFLOAD_USO6 = 0x40;

    private static final Path CONTROL = Path.of("/dev/net/tun");
    private static final int IFREQ_BYTES = 40;
    private static final int NAME_BYTES = 16;
    private static final long TUNSETIFF = 0x4004_54caL;
    private static final long TUNSETOFFLOAD = 0x4004_54d0L;
    private static final long TUNGETIFF = 0x8004_54d2L;
    private static final long SIOCSIFTXQLEN = 0x8943;
    private static final long TUNSETVNETHDRSZ = 0x4004_54d8L;
    private static final int IFF_TUN = 1;
    private static final int IFF_TAP = 2;
    private static final int IFF_MULTI_QUEUE = 0x100;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;

    /**
     * @param multiQueue whether {@link #addQueue} may be used
     * @param vnetHeader whether each packet carries a virtio_net_hdr, which offloads need
     */
    public record Options(boolean multiQueue, boolean vnetHeader) {
        public static final Options PLAIN = new Options(false, false);
    }

    private final String name;
    private final int layer;
    private final Options options;
    private final List<TunQueue> queues = new ArrayList<>();
    private int offloads;

    private TunDevice(String name, int layer, Options options) {
        this.name = name;
        this.layer = layer;
        this.options = options;
    }

    /**
     * Creates the device with one queue; it is down and has no address yet.
     *
     * @param name up to 15 octets; a {@code %d} in it is replaced by a free number
     * @throws ErrnoException EPERM without CAP_NET_ADMIN, ENOENT without the driver, EBUSY when another process holds the name, EINVAL when something else has it
     */
    public static TunDevice open(String name, Options options) throws ErrnoException {
        return open(name, IFF_TUN, options);
    }

    /** As {@link #open}, with Ethernet frames in place of IP packets (IFF_TAP): a link between two bridges that a test can impair. */
    public static TunDevice openTap(String name) throws ErrnoException {
        return open(name, IFF_TAP, Options.PLAIN);
    }

    private static TunDevice open(String name, int layer, Options options) throws ErrnoException {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length >= NAME_BYTES) {
            throw new IllegalArgumentException("an interface name has 1 to 15 octets: '" + name + "'");
        }
        Fd fd = Syscalls.open(CONTROL, Syscalls.O_RDWR | Syscalls.O_NONBLOCK);
        try {
            TunDevice device = new TunDevice(attach(fd, name, layer, options), layer, options);
            device.queues.add(new TunQueue(fd, options.vnetHeader()));
            return device;
        } catch (ErrnoException | RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * Takes over a device that another process has opened and handed over, with what waits in its queues.
     *
     * @param queues at least one; of one device
     * @throws ErrnoException when one of them is no queue of a device; they stay the caller's then
     */
    public static TunDevice adopt(List<Fd> queues) throws ErrnoException {
        byte[] request = new byte[IFREQ_BYTES];
        Syscalls.ioctl(queues.getFirst(), TUNGETIFF, request, "TUNGETIFF");
        int flags = ByteBuffer.wrap(request).order(ByteOrder.nativeOrder()).getShort(NAME_BYTES);
        Options options = new Options((flags & IFF_MULTI_QUEUE) != 0, (flags & IFF_VNET_HDR) != 0);
        TunDevice device = new TunDevice(name(request), flags & (IFF_TUN | IFF_TAP), options);
        for (Fd queue : queues) {
            device.queues.add(new TunQueue(queue, options.vnetHeader()));
        }
        return device;
    }

    /** Its queues, to be handed over to another process. */
    public List<Fd> descriptors() {
        return queues.stream().map(TunQueue::owner).toList();
    }

    /**
     * Lets this many packets wait in each queue (SIOCSIFTXQLEN, netdevice(7)). Packets that come while a device that is up changes it are lost.
     *
     * @param socket any
     */
    public void queueLength(Fd socket, int packets) throws ErrnoException {
        byte[] request = new byte[IFREQ_BYTES];
        byte[] octets = name.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(octets, 0, request, 0, octets.length);
        ByteBuffer.wrap(request).order(ByteOrder.nativeOrder()).putInt(NAME_BYTES, packets);
        Syscalls.ioctl(socket, SIOCSIFTXQLEN, request, "SIOCSIFTXQLEN " + name);
    }

    /** The name that the kernel gave it. */
    public String name() {
        return name;
    }

    public Options options() {
        return options;
    }

    public int queues() {
        return queues.size();
    }

    public TunQueue queue(int index) {
        return queues.get(index);
    }

    /** Opens one more queue; the kernel keeps the packets of a flow on one queue. */
    public TunQueue addQueue() throws ErrnoException {
        if (!options.multiQueue()) {
            throw new IllegalStateException(name + " was opened with one queue");
        }
        Fd fd = Syscalls.open(CONTROL, Syscalls.O_RDWR | Syscalls.O_NONBLOCK);
        try {
            attach(fd, name, layer, options);
        } catch (ErrnoException | RuntimeException e) {
            fd.close();
            throw e;
        }
        TunQueue queue = new TunQueue(fd, options.vnetHeader());
        queues.add(queue);
        return queue;
    }

    /**
     * Tells the kernel which offloads the reader of the queues understands.
     *
     * @param flags {@code OFFLOAD_*}; 0 for none
     * @throws ErrnoException EINVAL when this kernel does not know one of them
     */
    public void offload(int flags) throws ErrnoException {
        if (flags != 0 && !options.vnetHeader()) {
            throw new IllegalStateException(name + " was opened without the header that offloads need");
        }
        Syscalls.ioctl(queues.getFirst().owner(), TUNSETOFFLOAD, flags, "TUNSETOFFLOAD " + name);
        offloads = flags;
    }

    /**
     * Takes as many offloads as kernel and caller allow: checksums with TCP segmentation, and UDP segmentation where the kernel has it (Linux 6.2).
     *
     * @param tcp whether packets may stand for several of TCP
     * @param udp whether packets may stand for several of UDP
     */
    public void offloadWhatIsPossible(boolean tcp, boolean udp) throws ErrnoException {
        int most = OFFLOAD_CSUM | (tcp ? OFFLOAD_TSO4 | OFFLOAD_TSO6 | OFFLOAD_TSO_ECN : 0);
        if (udp) {
            try {
                offload(most | OFFLOAD_USO4 | OFFLOAD_USO6);
                return;
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EINVAL) {
                    throw e;
                }
            }
        }
        offload(most);
    }

    /** The {@code OFFLOAD_*} in force. */
    public int offloads() {
        return offloads;
    }

    /** Closes all queues, which removes the device. */
    @Override
    public void close() {
        queues.forEach(TunQueue::close);
    }

    private static String attach(Fd fd, String name, int layer, Options options) throws ErrnoException {
        int flags = layer
                | IFF_NO_PI
                | (options.multiQueue() ? IFF_MULTI_QUEUE : 0)
                | (options.vnetHeader() ? IFF_VNET_HDR : 0);
        byte[] request = new byte[IFREQ_BYTES];
        byte[] octets = name.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(octets, 0, request, 0, octets.length);
        ByteBuffer.wrap(request).order(ByteOrder.nativeOrder()).putShort(NAME_BYTES, (short) flags);
        Syscalls.ioctl(fd, TUNSETIFF, request, "TUNSETIFF " + name);
        if (options.vnetHeader()) {
            byte[] size = ByteBuffer.allocate(4)
                    .order(ByteOrder.nativeOrder())
                    .putInt(HEADER_BYTES)
                    .array();
            Syscalls.ioctl(fd, TUNSETVNETHDRSZ, size, "TUNSETVNETHDRSZ " + name);
        }
        return name(request);
    }

    private static String name(byte[] request) {
        int end = 0;
        while (end < NAME_BYTES && request[end] != 0) {
            end++;
        }
        return new String(request, 0, end, StandardCharsets.UTF_8);
    }
}
