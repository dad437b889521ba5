package dev.espalier.agent;

import dev.espalier.agent.cli.AgentCommand;
import dev.espalier.agent.cli.AgentVersion;
import dev.espalier.agent.settings.SettingsException;
import dev.espalier.agent.settings.SettingsReader;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** {@code espalier-agent}. Only the verb {@code run} starts Quarkus, and only with settings that are sound. */
@QuarkusMain
public final class AgentMain {
    private static final int WRONG_SETTINGS = 2;

    private AgentMain() {}

    public static void main(String... args) {
        System.exit(AgentCommand.execute(System.getenv(), AgentMain::run, args));
    }

    /** Whether this process only fills the AOT cache, see the launcher's verb {@code aot-cache}. */
    static boolean warmsUp() {
        return Boolean.getBoolean("espalier.warm-up");
    }

    private static int run() {
        if (!warmsUp()) {
            try {
                SettingsReader.read(System.getenv(), new AgentVersion().labBuild());
            } catch (SettingsException e) {
                System.err.println("espalier-agent: cannot start:");
                System.err.println(e.getMessage());
                return WRONG_SETTINGS;
            }
        }
        Quarkus.run(AgentApplication.class, (code, failure) -> exit(code));
        return 0;
    }

    /**
     * A signal ends the JVM with 128 + its number whatever a hook does, unless the process is gone before: SIGTERM is an orderly end and has
     * to be seen as one. The AOT cache, on the other hand, is written by an ordinary exit.
     */
    private static void exit(int code) {
        if (warmsUp()) {
            System.exit(code);
        }
        Runtime.getRuntime().halt(code);
    }
}
