package dev.espalier.agent;

import dev.espalier.agent.node.AgentView;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/** Health over HTTP: ready when traffic can flow as far as this node is concerned, alive while the IKE loop answers. */
@ApplicationScoped
public class AgentHealth {
    @Produces
    @Readiness
    HealthCheck ready(AgentProcess process) {
        return () -> {
            AgentView view = process.view();
            List<String> missing = view == null ? List.of("the agent is starting") : view.notReady();
            HealthCheckResponseBuilder answer =
                    HealthCheckResponse.named("tunnels").status(missing.isEmpty());
            for (int i = 0; i < missing.size(); i++) {
                answer.withData("missing." + i, missing.get(i));
            }
            return answer.build();
        };
    }

    @Produces
    @Liveness
    HealthCheck alive(AgentProcess process) {
        return () -> {
            AgentView view = process.view();
            if (view != null) {
                view.peers();
            }
            return HealthCheckResponse.up("ike loop");
        };
    }
}
