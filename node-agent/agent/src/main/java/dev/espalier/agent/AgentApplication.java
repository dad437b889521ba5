package dev.espalier.agent;

import dev.espalier.agent.node.AgentException;
import dev.espalier.agent.node.WarmUp;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/** The agent as a Quarkus application: runs until Quarkus is told to stop. */
public class AgentApplication implements QuarkusApplication {
    private static final Logger LOG = Logger.getLogger(AgentApplication.class);
    private static final int CANNOT_START = 1;

    private final AgentProcess process;

    @Inject
    AgentApplication(AgentProcess process) {
        this.process = process;
    }

    @Override
    public int run(String... args) {
        try {
            if (AgentMain.warmsUp()) {
                WarmUp.run();
                return 0;
            }
            process.start();
        } catch (AgentException e) {
            LOG.errorf("cannot start: %s", e.getMessage());
            return CANNOT_START;
        }
        Quarkus.waitForExit();
        return 0;
    }
}
