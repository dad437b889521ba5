package dev.espalier.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which module may know which, over the production classes of all of them. */
class ArrowsTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.espalier");

    private static final String JDK = "java..";
    private static final String JAVAX_CRYPTO = "javax.crypto..";
    private static final String JAVAX_X500 = "javax.security..";
    private static final String JSPECIFY = "org.jspecify..";

    /** A module's package and the packages it may depend on besides itself. */
    static Stream<Arguments> arrows() {
        return Stream.of(
                Arguments.of("wire", List.of()),
                Arguments.of("ike", List.of("dev.espalier.wire..", JAVAX_CRYPTO, JAVAX_X500, "org.bouncycastle..")),
                Arguments.of("esp", List.of("dev.espalier.wire..", JAVAX_CRYPTO)),
                Arguments.of("linux", List.of("dev.espalier.wire..", "jnr..", "com.kenai.jffi..")),
                Arguments.of("cni", List.of("com.fasterxml.jackson..")));
    }

    @ParameterizedTest
    @MethodSource("arrows")
    void moduleKnowsOnlyWhatItMay(String module, List<String> allowed) {
        List<String> packages = Stream.concat(
                        Stream.of("dev.espalier." + module + "..", JDK, JSPECIFY), allowed.stream())
                .toList();
        ArchRule rule = classes()
                .that()
                .resideInAPackage("dev.espalier." + module + "..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(packages.toArray(String[]::new)));
        rule.check(ALL);
    }

    @Test
    void everyModuleIsThere() {
        // A rule over no classes holds without saying anything.
        for (String module :
                List.of("wire", "ike", "esp", "linux", "cni", "agent", "operator", "crds", "lab", "testkit")) {
            assertThat(ALL.stream().filter(type -> type.getPackageName().startsWith("dev.espalier." + module)))
                    .as(module)
                    .isNotEmpty();
        }
    }

    @Test
    void onlyLinuxNamesJnr() {
        noClasses()
                .that(not(resideInAnyPackage("dev.espalier.linux..")))
                .should()
                .dependOnClassesThat(resideInAnyPackage("jnr..", "com.kenai.jffi.."))
                .check(ALL);
    }

    @Test
    void bouncyCastleStaysInCryptoAndAuth() {
        noClasses()
                .that(resideInAnyPackage("dev.espalier.ike.."))
                .and(not(resideInAnyPackage("dev.espalier.ike.crypto..", "dev.espalier.ike.auth..")))
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.bouncycastle.."))
                .check(ALL);
    }

    @Test
    void quarkusAndCdiOnlyInAgentAndOperator() {
        noClasses()
                .that(not(resideInAnyPackage("dev.espalier.agent..", "dev.espalier.operator..")))
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.quarkus..", "jakarta.."))
                .check(ALL);
    }

    @Test
    void engineNeitherLogsNorWaitsNorReadsTheClock() {
        noClasses()
                .that(resideInAnyPackage("dev.espalier.wire..", "dev.espalier.ike..", "dev.espalier.esp.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "java.util.logging..",
                        "org.jboss.logging..",
                        "org.slf4j..",
                        "java.nio.file..",
                        "java.nio.channels.."))
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .check(ALL);
    }

    @Test
    void packagesOfAModuleHaveNoCycles() {
        for (String module : List.of("wire", "ike", "esp", "linux", "agent", "operator", "crds", "lab")) {
            slices().matching("dev.espalier." + module + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .check(ALL);
        }
    }

    @Test
    void operatorAndAgentDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAPackage("dev.espalier.operator..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.espalier.agent..")
                .check(ALL);
        noClasses()
                .that()
                .resideInAPackage("dev.espalier.agent..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.espalier.operator..")
                .check(ALL);
    }
}
