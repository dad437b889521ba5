package dev.espalier.lab.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.lab.LabException;
import dev.espalier.lab.LabPaths;
import dev.espalier.lab.topology.Family;
import dev.espalier.lab.topology.LabNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/**
 * What a running lab is made of, kept between calls in {@code lab.json}.
 *
 * @param nodes by index; a deleted node stays listed until {@code lab down}
 */
public record LabFile(Family family, List<Integer> nodes) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static LabFile read(LabPaths paths) {
        if (!Files.exists(paths.labFile())) {
            throw new LabException("no lab is up: start one by 'lab up'");
        }
        try {
            return JSON.readValue(paths.labFile().toFile(), LabFile.class);
        } catch (IOException e) {
            throw new LabException("cannot read " + paths.labFile() + ": " + e.getMessage(), e);
        }
    }

    void write(LabPaths paths) {
        try {
            Files.createDirectories(paths.state());
            JSON.writeValue(paths.labFile().toFile(), this);
        } catch (IOException e) {
            throw new LabException("cannot write " + paths.labFile() + ": " + e.getMessage(), e);
        }
    }

    List<LabNode> labNodes() {
        return nodes.stream().map(index -> new LabNode(index, family)).toList();
    }
}
