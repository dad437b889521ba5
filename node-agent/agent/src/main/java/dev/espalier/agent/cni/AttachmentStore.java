package dev.espalier.agent.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.wire.ip.IpAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The attachments of this node, a JSON file each: {@code pods/CONTAINER@INTERFACE.json} in the agent's run folder. A write is on disk, whole, when it returns.
 * Threads may work on different attachments at a time.
 */
final class AttachmentStore {
    private static final String SUFFIX = ".json";
    private static final String TEMPORARY = ".tmp";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;

    AttachmentStore(Path runFolder) {
        folder = runFolder.resolve("pods");
    }

    Path folder() {
        return folder;
    }

    void save(Attachment attachment) throws IOException {
        Files.createDirectories(folder);
        Path temporary = folder.resolve(attachment.key() + TEMPORARY);
        try (FileChannel out = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer octets = ByteBuffer.wrap(JSON.writeValueAsBytes(toJson(attachment)));
            while (octets.hasRemaining()) {
                out.write(octets);
            }
            out.force(true);
        }
        Files.move(temporary, file(attachment.key()), StandardCopyOption.ATOMIC_MOVE);
        syncFolder();
    }

    Optional<Attachment> find(String key) throws IOException {
        try {
            return Optional.of(read(file(key)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** All of them; a file that cannot be read is reported by name and in the way of all, since its addresses would be given out twice. */
    List<Attachment> list() throws IOException {
        List<Attachment> attachments = new ArrayList<>();
        for (Path file : files(SUFFIX)) {
            try {
                attachments.add(read(file));
            } catch (NoSuchFileException detached) {
                // By a DEL, in between.
            }
        }
        return attachments;
    }

    /** At start: removes writes that never finished. The kernel was not touched for them yet. */
    void removeUnfinished() throws IOException {
        for (Path file : files(TEMPORARY)) {
            Files.deleteIfExists(file);
        }
    }

    void remove(String key) throws IOException {
        if (Files.deleteIfExists(file(key))) {
            syncFolder();
        }
    }

    private List<Path> files(String suffix) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    private Path file(String key) {
        return folder.resolve(key + SUFFIX);
    }

    private void syncFolder() throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static Attachment read(Path file) throws IOException {
        byte[] octets = Files.readAllBytes(file);
        try {
            return fromJson(JSON.readTree(octets));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new IOException(file + " is not an attachment: " + e.getMessage(), e);
        }
    }

    private static ObjectNode toJson(Attachment attachment) {
        ObjectNode json = JSON.createObjectNode()
                .put("complete", attachment.complete())
                .put("network", attachment.network())
                .put("containerId", attachment.containerId())
                .put("ifName", attachment.ifName())
                .put("netns", attachment.netns())
                .put("podNamespace", attachment.podNamespace())
                .put("podName", attachment.podName())
                .put("mtu", attachment.mtu());
        ArrayNode addresses = json.putArray("addresses");
        for (PodAddress address : attachment.addresses()) {
            addresses
                    .addObject()
                    .put("address", address.address().toString())
                    .put("gateway", address.gateway().toString());
        }
        return json;
    }

    private static Attachment fromJson(JsonNode json) {
        List<PodAddress> addresses = new ArrayList<>();
        for (JsonNode address : json.required("addresses")) {
            addresses.add(new PodAddress(
                    IpAddress.parse(address.required("address").asText()),
                    IpAddress.parse(address.required("gateway").asText())));
        }
        return new Attachment(
                json.required("complete").asBoolean(),
                json.required("network").asText(),
                json.required("containerId").asText(),
                json.required("ifName").asText(),
                json.required("netns").asText(),
                json.required("podNamespace").asText(),
                json.required("podName").asText(),
                json.required("mtu").asInt(),
                addresses);
    }
}
