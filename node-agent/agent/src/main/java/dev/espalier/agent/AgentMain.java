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

    private static int run() {
        try {
            SettingsReader.read(System.getenv(), new AgentVersion().labBuild());
        } catch (SettingsException e) {
            System.err.println("espalier-agent: cannot start:");
            System.err.println(e.getMessage());
            return WRONG_SETTINGS;
        }
        // A signal ends the JVM with 128 + its number whatever a hook does, unless the process is gone before: SIGTERM
        // is an orderly
        // end and has to be seen as one.
        Quarkus.run(
                AgentApplication.class, (code, failure) -> Runtime.getRuntime().halt(code));
        return 0;
    }
}
