package dev.espalier.e2e.traffic;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * When a verb that goes on for a while ends: once its time is up, or earlier, once a file is there. The one who waits for what it found out
 * makes the file when there is nothing more to see.
 *
 * @param deadline as {@link System#nanoTime} has it
 * @param files    none, or the one whose being there ends the verb
 */
record End(long deadline, List<Path> files) {
    /** In {@code seconds} from now, or once one of {@code files} is there. */
    static End in(int seconds, List<String> files) {
        return new End(
                System.nanoTime() + seconds * 1_000_000_000L,
                files.stream().map(Path::of).toList());
    }

    boolean isThere() {
        return System.nanoTime() - deadline >= 0 || files.stream().anyMatch(Files::exists);
    }
}
