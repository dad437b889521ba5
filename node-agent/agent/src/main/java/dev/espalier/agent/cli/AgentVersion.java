package dev.espalier.agent.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What this build is: its version, and whether it is a lab build, which may log keys and leave out encryption. */
public final class AgentVersion implements IVersionProvider {
    private static final String RESOURCE = "/dev/espalier/agent/build.properties";

    private final Properties properties = new Properties();

    public AgentVersion() {
        try (InputStream in = AgentVersion.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("this build lacks " + RESOURCE);
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
    }

    public String version() {
        return properties.getProperty("version", "unknown");
    }

    public boolean labBuild() {
        return Boolean.parseBoolean(properties.getProperty("lab"));
    }

    @Override
    public String[] getVersion() {
        return new String[] {"espalier-agent " + version() + (labBuild() ? " (lab build)" : "")};
    }
}
