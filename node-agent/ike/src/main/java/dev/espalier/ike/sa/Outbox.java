package dev.espalier.ike.sa;

import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeOutput;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.ArrayList;
import java.util.List;

/** Outputs of the input that is being handled, in order. */
public final class Outbox {
    private List<IkeOutput> outputs = new ArrayList<>();

    public void add(IkeOutput output) {
        outputs.add(output);
    }

    public void send(UdpPath path, List<Octets> datagrams) {
        datagrams.forEach(datagram -> outputs.add(new IkeOutput.SendDatagram(path, datagram)));
    }

    public void report(IkeEvent event) {
        outputs.add(new IkeOutput.Report(event));
    }

    /** @param reason a short constant */
    public void dropped(String reason, UdpPath path, String detail) {
        report(new IkeEvent.MessageDropped(reason, path, detail));
    }

    public List<IkeOutput> take() {
        List<IkeOutput> taken = outputs;
        outputs = new ArrayList<>();
        return taken;
    }
}
