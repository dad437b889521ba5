package dev.espalier.operator.wiring;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;

/** {@code espalier-operator}: runs until it is told to end or has lost its lease. */
@QuarkusMain
public final class OperatorMain {
    private OperatorMain() {}

    /**
     * A signal ends the JVM with 128 + its number whatever a hook does, unless the process is gone before: SIGTERM is an orderly end and has
     * to be seen as one.
     */
    public static void main(String... args) {
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
}
