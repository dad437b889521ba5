package dev.espalier.agent.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.wire.ip.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The attachments of this node, a JSON file each: {@code pods/CONTAINER@INTERFACE.json} in the agent's run folder. A write is there, whole, when it returns,
 * whenever this process is killed. It is not forced onto a disk: what it is about, interfaces and routes, does not outlive the kernel either, and after a crash of that
 * the files that are left are of pods that are gone. Threads may work on different attachments at a time.
 */
final class AttachmentStore {
    private static final String SUFFIX = ".json";
    private static final String TEMPORARY = ".tmp";
    private static final String UNREADABLE = ".unreadable";
    private static final Logger LOG = Logger.getLogger(AttachmentStore.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    /** Keys of files that are to be gone but could not be removed: nothing is read from them any more. */
    private final Set<String> forgotten = ConcurrentHashMap.newKeySet();

    AttachmentStore(Path runFolder) {
        folder = runFolder.resolve("pods");
    }

    Path folder() {
        return folder;
    }

    void save(Attachment attachment) throws IOException {
        Files.createDirectories(folder);
        Path temporary = folder.resolve(attachment.key() + TEMPORARY);
        try {
            Files.write(temporary, JSON.writeValueAsBytes(toJson(attachment)));
            Files.move(temporary, file(attachment.key()), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // Of a disk that is full not even the beginning stays.
            removeQuietly(temporary, e);
            throw e;
        }
        forgotten.remove(attachment.key());
    }

    Optional<Attachment> find(String key) throws IOException {
        return forgotten.contains(key) ? Optional.empty() : read(file(key));
    }

    List<Attachment> list() throws IOException {
        List<Attachment> attachments = new ArrayList<>();
        for (Path file : files(SUFFIX)) {
            read(file)
                    .filter(attachment -> !forgotten.contains(attachment.key()))
                    .ifPresent(attachments::add);
        }
        return attachments;
    }

    /** At start: removes writes that never finished. The kernel was not touched for them yet. */
    void removeUnfinished() throws IOException {
        for (Path file : files(TEMPORARY)) {
            Files.deleteIfExists(file);
        }
    }

    /** A file that cannot be removed, of a read-only file system, keeps no DEL from succeeding (F-28). */
    void remove(String key) {
        try {
            Files.deleteIfExists(file(key));
            forgotten.remove(key);
        } catch (IOException e) {
            forgotten.add(key);
            LOG.warnf("attachment %s is gone, but its file is not: %s", key, e);
        }
    }

    private static void removeQuietly(Path file, IOException because) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            because.addSuppressed(e);
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

    // What cannot be read is set aside: it must not keep the other pods from being served. Its interface, routes and
    // addresses are still in the kernel, where
    // recovery and DEL find them.
    private static Optional<Attachment> read(Path file) throws IOException {
        try {
            return Optional.of(fromJson(JSON.readTree(Files.readAllBytes(file))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JsonProcessingException | IllegalArgumentException e) {
            Path aside = file.resolveSibling(file.getFileName() + UNREADABLE);
            String problem = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
            LOG.warnf("%s is not an attachment, set aside as %s: %s", file, aside.getFileName(), problem);
            try {
                Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException notMoved) {
                LOG.warnf("%s stays where it is: %s", file, notMoved);
            }
            return Optional.empty();
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
