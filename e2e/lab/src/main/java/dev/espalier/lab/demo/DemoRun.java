package dev.espalier.lab.demo;

import dev.espalier.lab.LabPaths;
import dev.espalier.lab.cluster.LabCluster;
import dev.espalier.lab.topology.Family;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One run of the demo from nothing to nothing. */
public final class DemoRun {
    private static final int PODS_PER_NODE = 2;

    private DemoRun() {}

    /**
     * @param keep leave the lab up afterwards
     * @param json where to write proofs and figures, or null
     * @return whether every proof held
     */
    public static boolean run(LabPaths paths, int nodes, Family family, boolean keep, @Nullable Path json) {
        Proofs proofs = new Proofs(System.out);
        LabCluster.down(paths);
        boolean held = false;
        try (LabCluster cluster = LabCluster.up(paths, nodes, family, Demo.CERTIFICATE_LIFETIME, proofs::progress);
                Stage stage = new Stage(cluster)) {
            proofs.progress(nodes * PODS_PER_NODE + " pods through the CNI binary");
            stage.addPods(PODS_PER_NODE);
            new Demo(stage, proofs).run();
            held = proofs.allHeld();
            proofs.summary();
            if (json != null) {
                proofs.writeJson(json, Map.of("nodes", nodes, "family", family.name(), "podsPerNode", PODS_PER_NODE));
            }
        } finally {
            if (!held) {
                System.out.println("logs: " + paths.state().resolve("daemons") + ", captures: "
                        + paths.state().resolve("captures")
                        + "; the lab is left as it is: e2e/lab/lab status, and e2e/lab/lab down when done");
            } else if (!keep) {
                LabCluster.down(paths);
            }
        }
        return held;
    }
}
