package dev.espalier.linux.tun;

import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.libc.HotCalls;

/**
 * One queue of a {@link TunDevice}: whole IP packets, each behind a virtio_net_hdr of {@link TunDevice#HEADER_BYTES} octets when the device was opened with
 * them. Not blocking. One thread reads at a time; any may write. Nothing is allocated per packet.
 */
public final class TunQueue implements AutoCloseable {
    private final Fd fd;
    private final boolean header;

    TunQueue(Fd fd, boolean header) {
        this.fd = fd;
        this.header = header;
    }

    /** Octets in front of each packet: {@link VirtioHeader#BYTES} or 0. */
    public int headerBytes() {
        return header ? VirtioHeader.BYTES : 0;
    }

    /** For use in a {@link dev.espalier.linux.libc.PollSet}. */
    public int fd() {
        return fd.number();
    }

    Fd owner() {
        return fd;
    }

    /**
     * Reads one packet to {@code address}.
     *
     * @return its length; {@code -EAGAIN} when there is none. A packet longer than {@code capacity} is cut by the kernel: give it the largest it can have
     */
    public int read(long address, int capacity) {
        return HotCalls.read(fd.number(), address, capacity);
    }

    /**
     * Hands one packet to the kernel as if it had come in on the device.
     *
     * @return {@code length}, or {@code -EIO} while the device is down, {@code -EINVAL} for what is no IP packet, {@code -ENOBUFS} or {@code -ENOMEM}
     */
    public int write(long address, int length) {
        return HotCalls.write(fd.number(), address, length);
    }

    /** As {@link #write}, from {@code count} struct iovec at {@code vectors}. */
    public int writeVector(long vectors, int count) {
        return HotCalls.writev(fd.number(), vectors, count);
    }

    @Override
    public void close() {
        fd.close();
    }
}
