package dev.espalier.agent.node;

import dev.espalier.agent.identity.FileIdentity;
import dev.espalier.agent.kube.FileSource;
import dev.espalier.agent.settings.AgentSettings;
import dev.espalier.agent.settings.SettingsReader;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/** The agent of a folder as a process of its own, without Quarkus around it: what {@link StandaloneTunnelTest} starts in each namespace. */
public final class StandaloneAgent {
    private StandaloneAgent() {}

    public static void main(String... args) throws Exception {
        AgentSettings settings = SettingsReader.read(System.getenv(), false);
        Agent agent = Agent.start(
                settings,
                new FileSource(Objects.requireNonNull(settings.sourceDir()), settings.nodeName()),
                new FileIdentity(
                        settings.nodeName(), Objects.requireNonNull(settings.identityDir()), InstantSource.system()));
        Runtime.getRuntime().addShutdownHook(new Thread(agent::close));
        new CountDownLatch(1).await();
    }
}
