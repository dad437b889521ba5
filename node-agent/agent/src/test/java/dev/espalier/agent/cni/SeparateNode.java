package dev.espalier.agent.cni;

import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A CNI server as a process of its own, to be killed. */
final class SeparateNode {
    private SeparateNode() {}

    /** @param arguments the run folder; says {@code ready} when it listens, and stays until it is killed */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        NodeState state = new NodeState() {
            @Override
            public List<PodCidr> podCidrs() {
                return List.of(
                        new PodCidr(Prefix.parse("10.77.1.0/24"), IpAddress.parse("10.77.1.1")),
                        new PodCidr(Prefix.parse("fd77:1::/64"), IpAddress.parse("fd77:1::1")));
            }

            @Override
            public int innerMtu() {
                return 1400;
            }

            @Override
            public Readiness readiness() {
                return new Readiness.Ready();
            }
        };
        new CniServer(Path.of(arguments[0]), state).start();
        System.out.println("ready");
        Thread.currentThread().join();
    }
}
