package dev.espalier.agent.install;

import dev.espalier.agent.settings.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where on the node the CNI plugin goes.
 *
 * @param plugin the executable that is copied to the node ({@code ESPALIER_CNI_PLUGIN})
 * @param binDir where the container runtime looks for plugins ({@code ESPALIER_CNI_BIN_DIR})
 * @param confDir where it looks for configurations ({@code ESPALIER_CNI_CONF_DIR})
 * @param chained whether we come after another CNI's plugins instead of being the one ({@code ESPALIER_CNI_MODE})
 */
public record InstallSettings(Path plugin, Path binDir, Path confDir, boolean chained) {
    private static final String PLUGIN = "/opt/espalier/cni-binary/lib/espalier";

    /**
     * Reads the settings from the environment.
     *
     * @return null when neither folder is named: then somebody else installs the plugin
     * @throws SettingsException naming each variable that is missing or wrong
     */
    public static @Nullable InstallSettings read(Map<String, String> environment) throws SettingsException {
        String bin = value(environment, "ESPALIER_CNI_BIN_DIR", "");
        String conf = value(environment, "ESPALIER_CNI_CONF_DIR", "");
        String mode = value(environment, "ESPALIER_CNI_MODE", "main");
        Path plugin = Path.of(value(environment, "ESPALIER_CNI_PLUGIN", PLUGIN));
        List<String> problems = new ArrayList<>();
        if (!mode.equals("main") && !mode.equals("chained")) {
            problems.add("ESPALIER_CNI_MODE: '" + mode + "' is neither 'main' nor 'chained'");
        }
        if (bin.isEmpty() != conf.isEmpty()) {
            problems.add("ESPALIER_CNI_BIN_DIR and ESPALIER_CNI_CONF_DIR: set both or none");
        }
        if (!bin.isEmpty() && !Files.isExecutable(plugin)) {
            problems.add("ESPALIER_CNI_PLUGIN: " + plugin + " is not an executable");
        }
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
        return bin.isEmpty() ? null : new InstallSettings(plugin, Path.of(bin), Path.of(conf), mode.equals("chained"));
    }

    private static String value(Map<String, String> environment, String variable, String fallback) {
        String value = environment.get(variable);
        return value == null || value.isBlank() ? fallback : value.strip();
    }
}
