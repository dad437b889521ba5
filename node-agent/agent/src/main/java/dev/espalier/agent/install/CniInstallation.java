package dev.espalier.agent.install;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Installs the CNI plugin on the node of a running agent: the plugin at once, the configuration when the agent can serve ADD for the first time
 * (CNI-14), since a runtime that sees a configuration calls the node ready. From then on both are put back when somebody changes them. They stay when the
 * agent ends: it comes back, and until then the runtime tries again.
 */
public final class CniInstallation implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(CniInstallation.class);
    private static final long UNTIL_READY_MILLIS = 200;
    private static final long PERIOD_MILLIS = 5000;
    private static final long PORTMAP_ANSWERS_WITHIN_SECONDS = 5;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final InstallSettings settings;
    private final BooleanSupplier ready;
    private final PluginFile plugin;
    private final NetworkConfigFolder configurations;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("cni install").unstarted(task));
    private boolean served;
    private List<String> portmapVersions = List.of();
    private @Nullable String problem;

    /** @param ready whether the agent can serve ADD */
    public CniInstallation(InstallSettings settings, BooleanSupplier ready) {
        this.settings = settings;
        this.ready = ready;
        plugin = new PluginFile(settings.plugin(), settings.binDir());
        configurations = new NetworkConfigFolder(settings.confDir());
    }

    public void start() {
        thread.execute(this::step);
    }

    /** Leaves everything where it is. */
    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void step() {
        try {
            plugin.install();
            served = served || ready.getAsBoolean();
            if (served) {
                report(configurations.install(settings.chained(), portmapVersions()));
            }
        } catch (IOException | IllegalArgumentException e) {
            report("installing the CNI plugin: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        var _ = thread.schedule(this::step, served ? PERIOD_MILLIS : UNTIL_READY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void report(@Nullable String found) {
        if (found != null && !found.equals(problem)) {
            LOG.warn(found);
        }
        problem = found;
    }

    private List<String> portmapVersions() throws InterruptedException {
        if (portmapVersions.isEmpty() && !settings.chained()) {
            portmapVersions = askPortmap(settings.binDir().resolve("portmap"));
        }
        return portmapVersions;
    }

    /** The versions that the reference plugin for {@code hostPort} speaks; empty when the node has none that runs. */
    private static List<String> askPortmap(Path portmap) throws InterruptedException {
        if (!Files.isExecutable(portmap)) {
            return List.of();
        }
        ProcessBuilder command = new ProcessBuilder(portmap.toString()).redirectError(ProcessBuilder.Redirect.DISCARD);
        command.environment().put("CNI_COMMAND", "VERSION");
        try {
            Process process = command.start();
            try (OutputStream in = process.getOutputStream()) {
                in.write("{\"cniVersion\":\"0.4.0\"}".getBytes(StandardCharsets.UTF_8));
            }
            if (!process.waitFor(PORTMAP_ANSWERS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("it does not end");
            }
            List<String> versions = new ArrayList<>();
            JSON.readTree(process.getInputStream())
                    .path("supportedVersions")
                    .forEach(version -> versions.add(version.asText()));
            return versions;
        } catch (IOException e) {
            LOG.warnf("%s does not run here, hostPort will not work: %s", portmap, e.getMessage());
            return List.of();
        }
    }
}
