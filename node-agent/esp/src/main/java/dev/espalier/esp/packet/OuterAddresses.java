package dev.espalier.esp.packet;

import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;

/** The two ends of a received datagram as plain numbers, so that noting and comparing them allocates nothing. */
public final class OuterAddresses {
    private boolean v6;
    private long localHigh;
    private long localLow;
    private int localPort;
    private long remoteHigh;
    private long remoteLow;
    private int remotePort;

    /** Address halves as in {@link IpAddress}. */
    public void set(
            boolean v6, long localHigh, long localLow, int localPort, long remoteHigh, long remoteLow, int remotePort) {
        this.v6 = v6;
        this.localHigh = localHigh;
        this.localLow = localLow;
        this.localPort = localPort;
        this.remoteHigh = remoteHigh;
        this.remoteLow = remoteLow;
        this.remotePort = remotePort;
    }

    public void set(UdpPath path) {
        IpAddress local = path.local().address();
        IpAddress remote = path.remote().address();
        set(
                local.v6(),
                local.high(),
                local.low(),
                path.local().port(),
                remote.high(),
                remote.low(),
                path.remote().port());
    }

    /** Whether a datagram with these ends came on {@code path}. */
    public boolean isOn(UdpPath path) {
        return isEnd(path.remote(), remoteHigh, remoteLow, remotePort)
                && isEnd(path.local(), localHigh, localLow, localPort);
    }

    private boolean isEnd(UdpEndpoint end, long high, long low, int port) {
        IpAddress address = end.address();
        return address.low() == low && end.port() == port && address.high() == high && address.v6() == v6;
    }

    /** The ends as a value; allocates. */
    public UdpPath toPath() {
        return new UdpPath(
                new UdpEndpoint(new IpAddress(v6, localHigh, localLow), localPort),
                new UdpEndpoint(new IpAddress(v6, remoteHigh, remoteLow), remotePort));
    }
}
