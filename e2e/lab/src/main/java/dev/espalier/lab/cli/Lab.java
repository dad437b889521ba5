package dev.espalier.lab.cli;

import dev.espalier.lab.LabException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code e2e/lab/lab}: a whole sealed cluster on one machine. */
@Command(
        name = "lab",
        description =
                "A whole sealed cluster on this machine: network namespaces as nodes, real agents, operator and CNI calls.",
        mixinStandardHelpOptions = true,
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            ApplyCommand.class,
            GetCommand.class,
            KubectlCommand.class,
            PodCommand.class,
            ExecCommand.class,
            NodeCommand.class,
            CaptureCommand.class,
            AgentCommand.class,
            NetemCommand.class
        })
public final class Lab {
    private Lab() {}

    public static void main(String[] args) {
        CommandLine line = new CommandLine(new Lab());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((exception, command, result) -> {
            if (exception instanceof LabException) {
                System.err.println("lab: " + exception.getMessage());
                return 1;
            }
            throw exception;
        });
        System.exit(line.execute(args));
    }
}
