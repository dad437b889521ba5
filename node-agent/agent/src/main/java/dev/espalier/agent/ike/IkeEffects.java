package dev.espalier.agent.ike;

import dev.espalier.ike.ChildSa;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeOutput;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;

/** What the engine's outputs do to the world, and what the world counts meanwhile. Called from the loop's thread alone; none throws. */
public interface IkeEffects {
    /** Sends one IKE message; a message that cannot be sent is lost, which retransmission deals with. */
    void send(UdpPath path, Octets datagram);

    /** Sends the one octet that keeps a NAT open (RFC 3948 2.3); lost when it cannot be sent. */
    void keepalive(UdpPath path);

    void install(IkeOutput.Direction direction, ChildSa sa);

    void remove(String peer, IkeOutput.Direction direction, int spi);

    void move(String peer, int spiIn, UdpPath path);

    void report(IkeEvent event, long nanos);

    /** What the data path counted, one report for each pair of child SAs that stands. */
    List<IkeInput.ChildUsageReported> usage();
}
