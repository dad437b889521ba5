package dev.espalier.operator.wiring;

import dev.espalier.operator.training.Training;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code espalier-operator}: runs until it is told to end or has lost its lease. */
@QuarkusMain
public final class OperatorMain {
    private OperatorMain() {}

    /**
     * A signal ends the JVM with 128 + its number whatever a hook does, unless the process is gone before: SIGTERM is an orderly end and has
     * to be seen as one.
     */
    public static void main(String... args) throws IOException, GeneralSecurityException {
        if (Training.isAskedFor()) {
            // Ends by the orderly way: that is when the JVM writes down what it has learnt.
            training = Training.begin();
            Quarkus.run(UntilTrained.class, (code, failure) -> System.exit(code), args);
            return;
        }
        Quarkus.run(
                UntilToldToEnd.class, (code, failure) -> Runtime.getRuntime().halt(code), args);
    }

    /** All work hangs on the start event. */
    public static class UntilToldToEnd implements QuarkusApplication {
        @Override
        public int run(String... args) {
            Quarkus.waitForExit();
            return 0;
        }
    }

    private static @Nullable Training training;

    /** Ends when every task was done once. */
    public static class UntilTrained implements QuarkusApplication {
        @Override
        public int run(String... args) throws InterruptedException {
            try (Training running = Objects.requireNonNull(training)) {
                running.await();
            }
            return 0;
        }
    }
}
