package dev.espalier.agent.cli;

import picocli.CommandLine;

/** The command line without the agent: what the launcher starts for every verb but {@code run}, so that a verb costs no framework. */
public final class AgentControl {
    private AgentControl() {}

    public static void main(String... args) {
        System.exit(AgentCommand.execute(
                System.getenv(),
                () -> {
                    System.err.println("espalier-agent: this is the control program; 'run' is for the launcher");
                    return CommandLine.ExitCode.USAGE;
                },
                args));
    }
}
