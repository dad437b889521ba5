import com.marcnuri.helm.Helm;
import com.marcnuri.helm.InstallCommand;
import com.marcnuri.helm.Release;
import com.marcnuri.helm.UninstallCommand;
import com.marcnuri.helm.UpgradeCommand;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The verbs of {@code helm} that the documentation uses: install, upgrade and uninstall. Anything else is refused by name. */
final class HelmCommandLine {
    private final List<String> operands = new ArrayList<>();
    private final List<String> settings = new ArrayList<>();
    private final Path kubeconfig = Path.of(Optional.ofNullable(System.getenv("KUBECONFIG")).orElse(System.getProperty("user.home") + "/.kube/config"));
    private String namespace = "default";
    private boolean createNamespace;
    private boolean noHooks;
    private boolean reuseValues;

    private HelmCommandLine(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            switch (arguments.get(i)) {
                case "--namespace", "-n" -> namespace = arguments.get(++i);
                case "--set" -> settings.addAll(List.of(arguments.get(++i).split(",")));
                case "--create-namespace" -> createNamespace = true;
                case "--reuse-values" -> reuseValues = true;
                case "--no-hooks" -> noHooks = true;
                default -> operands.add(operand(arguments.get(i)));
            }
        }
    }

    public static void main(String... arguments) throws IOException {
        HelmCommandLine line = new HelmCommandLine(List.of(arguments));
        switch (line.operands.isEmpty() ? "" : line.operands.removeFirst()) {
            case "install" -> line.install();
            case "upgrade" -> line.upgrade();
            case "uninstall" -> line.uninstall();
            default -> throw new IllegalArgumentException("helm: install, upgrade or uninstall, not " + String.join(" ", arguments));
        }
    }

    private static String operand(String argument) {
        if (argument.startsWith("-")) {
            throw new IllegalArgumentException("helm: option " + argument + " is not known here");
        }
        return argument;
    }

    private void install() throws IOException {
        InstallCommand command = new Helm(packaged(Path.of(operands.get(1)))).install()
                .withName(operands.get(0)).withNamespace(namespace).withKubeConfig(kubeconfig);
        settings.forEach(setting -> command.set(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1)));
        print((createNamespace ? command.createNamespace() : command).call());
    }

    private void upgrade() throws IOException {
        UpgradeCommand command = new Helm(packaged(Path.of(operands.get(1)))).upgrade()
                .withName(operands.get(0)).withNamespace(namespace).withKubeConfig(kubeconfig);
        settings.forEach(setting -> command.set(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1)));
        print((reuseValues ? command.reuseValues() : command).call());
    }

    private void uninstall() {
        UninstallCommand command = Helm.uninstall(operands.get(0)).withNamespace(namespace).withKubeConfig(kubeconfig);
        System.out.println((noHooks ? command.noHooks() : command).call());
    }

    private static void print(Release release) {
        System.out.println(release.getName() + " in " + release.getNamespace() + ": " + release.getStatus() + ", revision " + release.getRevision());
    }

    /** As {@code helm package} has it: the library warns of every link that it follows. */
    private static Path packaged(Path chart) throws IOException {
        Path copy = Files.createTempDirectory("chart").resolve(chart.getFileName());
        try (Stream<Path> files = Files.walk(chart, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                Path target = copy.resolve(chart.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
        return copy;
    }
}
