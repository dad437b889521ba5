package dev.espalier.agent.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code espalier-agent}: runs the agent, or speaks to the one that runs. Exit codes: 0 done, 1 the agent refused, 2 wrong usage, 3 no
 * agent answers.
 */
@Command(
        name = "espalier-agent",
        description = "The Espalier node agent, and control of the one that runs.",
        mixinStandardHelpOptions = true,
        versionProvider = AgentVersion.class,
        footer = {
            "",
            "The agent is found by its admin socket in ESPALIER_RUN_DIR (default /run/espalier).",
            "Exit codes: 0 done, 1 refused by the agent, 2 wrong usage, 3 no agent answers."
        })
public final class AgentCommand implements Callable<Integer> {
    static final int REFUSED = 1;
    static final int NO_AGENT = 3;

    private final Map<String, String> environment;
    private final Callable<Integer> runAgent;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    private CommandSpec spec;

    /** @param runAgent what the verb {@code run} does; returns the exit code */
    public AgentCommand(Map<String, String> environment, Callable<Integer> runAgent) {
        this.environment = environment;
        this.runAgent = runAgent;
    }

    /** Parses and runs; returns the exit code. */
    public static int execute(Map<String, String> environment, Callable<Integer> runAgent, String... args) {
        return new CommandLine(new AgentCommand(environment, runAgent))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args);
    }

    /** Without a verb: run. */
    @Override
    public Integer call() throws Exception {
        return runAgent.call();
    }

    @Command(name = "run", description = "Runs the agent in the foreground (the default).")
    int run() throws Exception {
        return runAgent.call();
    }

    @Command(name = "status", description = "Shows peers, SAs, drops and the certificate.")
    int status(
            @Option(
                            names = {"-o", "--output"},
                            description = "text or json",
                            defaultValue = "text")
                    Output output) {
        return ask("status", output == Output.JSON ? "json" : "text");
    }

    @Command(name = "initiate", description = "Opens the IKE SA with a peer and its child SAs.")
    int initiate(@Parameters(paramLabel = "PEER") String peer) {
        return ask("initiate", peer);
    }

    @Command(name = "rekey", description = "Rekeys the child SAs with a peer, or its IKE SA.")
    int rekey(
            @Parameters(paramLabel = "PEER") String peer,
            @Option(names = "--ike", description = "the IKE SA instead of the child SAs") boolean ike) {
        return ask("rekey", peer, ike ? "ike" : "child");
    }

    @Command(name = "terminate", description = "Deletes the IKE SA with a peer and all of its child SAs.")
    int terminate(@Parameters(paramLabel = "PEER") String peer) {
        return ask("terminate", peer);
    }

    @Command(name = "drops", description = "Shows what was dropped, by reason.")
    int drops() {
        return ask("drops");
    }

    private int ask(String... words) {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Path socket = Path.of(environment.getOrDefault("ESPALIER_RUN_DIR", "/run/espalier"), "admin.sock");
        try {
            AdminClient.Answer answer = new AdminClient(socket).ask(words);
            if (answer.ok()) {
                out.print(answer.text());
                out.flush();
                return CommandLine.ExitCode.OK;
            }
            err.print("espalier-agent: " + answer.text());
            err.flush();
            return REFUSED;
        } catch (IOException e) {
            err.println("espalier-agent: no agent answers on " + socket + " (" + e.getMessage()
                    + "). Is it running, and is ESPALIER_RUN_DIR the one it runs with?");
            return NO_AGENT;
        }
    }

    /** How {@code status} prints. */
    enum Output {
        TEXT,
        JSON
    }
}
