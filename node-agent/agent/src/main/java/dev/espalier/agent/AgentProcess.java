package dev.espalier.agent;

import dev.espalier.agent.cli.AgentVersion;
import dev.espalier.agent.identity.ApiIdentity;
import dev.espalier.agent.identity.FileIdentity;
import dev.espalier.agent.identity.IdentitySource;
import dev.espalier.agent.install.CniInstallation;
import dev.espalier.agent.install.InstallSettings;
import dev.espalier.agent.kube.FileSource;
import dev.espalier.agent.kube.KubernetesSource;
import dev.espalier.agent.kube.NodeViewSource;
import dev.espalier.agent.node.Agent;
import dev.espalier.agent.node.AgentException;
import dev.espalier.agent.node.AgentView;
import dev.espalier.agent.node.MetricsSource;
import dev.espalier.agent.node.NodeStatusPublisher;
import dev.espalier.agent.observe.AgentMetrics;
import dev.espalier.agent.settings.AgentSettings;
import dev.espalier.agent.settings.SettingsException;
import dev.espalier.agent.settings.SettingsReader;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Chooses sources by the settings, starts the one agent of this process, and ends it with the process. */
@ApplicationScoped
public class AgentProcess {
    private static final long METRICS_PERIOD_SECONDS = 5;
    private static final long READY_PERIOD_MILLIS = 500;
    private static final int FAILED = 1;

    private final Instance<KubernetesClient> kubernetes;
    private final MeterRegistry registry;
    private final HttpEndpoint http;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("timer").unstarted(task));
    private final CompletableFuture<Agent> running = new CompletableFuture<>();
    private volatile @Nullable Agent agent;
    private volatile @Nullable NodeStatusPublisher publisher;
    private volatile @Nullable CniInstallation installation;

    /** @param kubernetes asked for only when the settings name the Kubernetes API */
    @Inject
    AgentProcess(Instance<KubernetesClient> kubernetes, MeterRegistry registry, HttpEndpoint http) {
        this.kubernetes = kubernetes;
        this.registry = registry;
        this.http = http;
    }

    void start() throws AgentException {
        AgentSettings settings = settings();
        InstallSettings install = installSettings();
        NodeViewSource source = source(settings);
        Runnable inCharge = () -> takeCharge(settings, install, source);
        Agent started = Agent.start(settings, source, identity(settings), new Agent.Host() {
            @Override
            public String version() {
                return new AgentVersion().version();
            }

            @Override
            public void inCharge() {
                // The agent is not there yet when it is in charge at once.
                timer.execute(inCharge);
            }

            @Override
            public void failed(String why) {
                Quarkus.asyncExit(FAILED);
            }
        });
        agent = started;
        running.complete(started);
        Path readyFile = settings.readyFile();
        if (readyFile != null) {
            ReadyFile file = new ReadyFile(readyFile, started::servesOrStandsBy);
            var _ = timer.scheduleWithFixedDelay(file::refresh, 0, READY_PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** What only the agent does that is in charge of the node. */
    private void takeCharge(AgentSettings settings, @Nullable InstallSettings install, NodeViewSource source) {
        Agent started = running.join();
        http.open(settings.httpPort());
        if (source instanceof KubernetesSource api) {
            NodeStatusPublisher status = new NodeStatusPublisher(
                    kubernetes.get(), api::ownNode, started.view(), new AgentVersion().version());
            publisher = status;
            status.start();
        }
        if (install != null) {
            CniInstallation plugin = new CniInstallation(install, started.view()::ready);
            installation = plugin;
            plugin.start();
        }
        AgentMetrics metrics = AgentMetrics.register(registry, new MetricsSource(started.view()));
        var _ = timer.scheduleWithFixedDelay(
                metrics::refresh, METRICS_PERIOD_SECONDS, METRICS_PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    /** The running agent's view of itself, or null before {@link #start}. */
    @Nullable
    AgentView view() {
        Agent started = agent;
        return started == null ? null : started.view();
    }

    void stop(@Observes ShutdownEvent event) {
        Agent ending = agent;
        if (ending != null) {
            ending.handOver();
        }
        timer.shutdownNow();
        http.close();
        CniInstallation plugin = installation;
        if (plugin != null) {
            plugin.close();
        }
        NodeStatusPublisher status = publisher;
        if (status != null) {
            status.close();
        }
        if (ending != null) {
            ending.close();
        }
    }

    private static AgentSettings settings() throws AgentException {
        try {
            return SettingsReader.read(System.getenv(), new AgentVersion().labBuild());
        } catch (SettingsException e) {
            throw new AgentException(e.getMessage(), e);
        }
    }

    private static @Nullable InstallSettings installSettings() throws AgentException {
        try {
            return InstallSettings.read(System.getenv());
        } catch (SettingsException e) {
            throw new AgentException(e.getMessage(), e);
        }
    }

    private NodeViewSource source(AgentSettings settings) {
        Path folder = settings.sourceDir();
        return folder == null
                ? new KubernetesSource(kubernetes.get(), settings.nodeName())
                : new FileSource(folder, settings.nodeName());
    }

    private IdentitySource identity(AgentSettings settings) {
        Path folder = settings.identityDir();
        return folder == null
                ? new ApiIdentity(kubernetes.get(), settings.nodeName(), settings.runDir())
                : new FileIdentity(settings.nodeName(), folder, InstantSource.system());
    }
}
