package dev.espalier.agent.cni;

import static dev.espalier.agent.cni.AddResultTest.ATTACHMENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttachmentStoreTest {
    @TempDir
    Path folder;

    @Test
    void readsWhatItWroteAndForgetsWhatWasRemoved() throws IOException {
        AttachmentStore store = new AttachmentStore(folder);
        assertThat(store.list()).isEmpty();
        store.save(ATTACHMENT);
        store.save(ATTACHMENT.completed());

        assertThat(new AttachmentStore(folder).list()).containsExactly(ATTACHMENT);
        assertThat(store.find("c1@eth0")).contains(ATTACHMENT);
        store.remove("c1@eth0");
        store.remove("c1@eth0");
        assertThat(store.find("c1@eth0")).isEmpty();
    }

    @Test
    @Tag("CNI-06")
    void whatCannotBeReadIsSetAsideAndDoesNotStandInTheWay() throws IOException {
        AttachmentStore store = new AttachmentStore(folder);
        store.save(ATTACHMENT);
        Files.writeString(folder.resolve("pods/bad@eth0.json"), "{\"complete\":true}");
        Files.writeString(folder.resolve("pods/half@eth0.json"), "{\"compl");

        assertThat(store.list()).containsExactly(ATTACHMENT);
        assertThat(store.find("half@eth0")).isEmpty();
        assertThat(folder.resolve("pods/bad@eth0.json.unreadable")).exists();
        assertThat(folder.resolve("pods/half@eth0.json.unreadable")).exists();
    }

    @Test
    @Tag("CNI-05")
    void aWriteThatNeverFinishedIsRemovedAtStart() throws IOException {
        AttachmentStore store = new AttachmentStore(folder);
        store.save(ATTACHMENT);
        Path unfinished = Files.writeString(folder.resolve("pods/c2@eth0.tmp"), "{");

        store.removeUnfinished();

        assertThat(unfinished).doesNotExist();
        assertThat(store.list()).hasSize(1);
    }
}
