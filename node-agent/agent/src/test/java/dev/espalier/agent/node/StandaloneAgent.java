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
                        settings.nodeName(), Objects.requireNonNull(settings.identityDir()), InstantSource.system()),
                new Agent.Host() {
                    @Override
                    public String version() {
                        return System.getProperty("espalier.test.version", "test");
                    }

                    @Override
                    public void inCharge() {}

                    @Override
                    public void failed(String why) {
                        Runtime.getRuntime().halt(1);
                    }
                });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            agent.handOver();
            agent.close();
        }));
        new CountDownLatch(1).await();
    }
}
