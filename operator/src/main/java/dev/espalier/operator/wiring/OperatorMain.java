package dev.espalier.operator.wiring;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code espalier-operator}: runs until it is told to end or has lost its lease. */
@QuarkusMain
public final class OperatorMain {
    private static final Duration ORDERLY_END = Duration.ofSeconds(10);

    private OperatorMain() {}

    /**
     * A signal ends the JVM with 128 + its number whatever a hook does, unless the process is gone before: SIGTERM is an orderly end and has
     * to be seen as one.
     */
    public static void main(String... args) {
        // The JVM waits for its hooks, so that the end below comes before the one by signal.
        Runtime.getRuntime().addShutdownHook(new Thread(OperatorMain::untilHalted, "until halted"));
        Quarkus.run(
                UntilToldToEnd.class,
                (code, failure) -> {
                    say(failure);
                    Runtime.getRuntime().halt(code);
                },
                args);
    }

    private static void untilHalted() {
        try {
            Thread.sleep(ORDERLY_END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What happens before logging is set up, such as a setting that is refused, nobody else says. */
    private static void say(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            System.err.println("espalier-operator: " + cause);
        }
    }

    /** All work hangs on the start event. */
    public static class UntilToldToEnd implements QuarkusApplication {
        @Override
        public int run(String... args) {
            Quarkus.waitForExit();
            return 0;
        }
    }
}
