package dev.espalier.crds.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.crds.policy.Finding.Reason;
import dev.espalier.crds.v1alpha1.Encapsulation;
import dev.espalier.crds.v1alpha1.Enforcement;
import dev.espalier.crds.v1alpha1.EspLifetime;
import dev.espalier.crds.v1alpha1.EspParameters;
import dev.espalier.crds.v1alpha1.IPSecMode;
import dev.espalier.crds.v1alpha1.IPSecPolicySpec;
import dev.espalier.crds.v1alpha1.IPSecPolicySpecBuilder;
import dev.espalier.crds.v1alpha1.IkeParameters;
import dev.espalier.crds.v1alpha1.PolicyAction;
import dev.espalier.crds.v1alpha1.PolicySelector;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("OPR-01")
class PolicyValidationTest {
    @Test
    void anEmptySpecProtectsEveryPodStrictly() {
        EffectivePolicy policy = accepted(IPSecPolicySpec.DEFAULT);

        assertThat(policy.action()).isEqualTo(PolicyAction.PROTECT);
        assertThat(policy.enforcement()).isEqualTo(Enforcement.STRICT);
        assertThat(policy.selector().selectsEveryPod()).isTrue();
        assertThat(policy.ikeProposals())
                .containsExactly("aes256gcm16-prfsha384-x25519-ke1_mlkem768", "aes256gcm16-prfsha384-x25519");
        assertThat(policy.espProposals())
                .containsExactly("aes256gcm16-x25519-ke1_mlkem768-esn", "aes256gcm16-x25519-esn");
        assertThat(policy.ikeLifetime()).isEqualTo(Duration.ofHours(4));
        assertThat(policy.dpdInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(policy.childLifetime()).isEqualTo(Duration.ofHours(1));
        assertThat(policy.childLifetimeBytes()).isEqualTo(64L << 30);
        assertThat(policy.childLifetimePackets()).isEqualTo(1_000_000_000L);
        assertThat(policy.replayWindow()).isEqualTo(8192);
    }

    static Stream<Arguments> refusals() {
        LabelSelector selector =
                new LabelSelectorBuilder().addToMatchLabels("app", "db").build();
        return Stream.of(
                refusal(spec -> spec.action(PolicyAction.BYPASS), "spec.action", Reason.NOT_SUPPORTED),
                refusal(spec -> spec.mode(IPSecMode.TRANSPORT), "spec.mode", Reason.NOT_SUPPORTED),
                refusal(spec -> spec.encapsulation(Encapsulation.ESP), "spec.encapsulation", Reason.NOT_SUPPORTED),
                refusal(spec -> spec.encapsulation(Encapsulation.AUTO), "spec.encapsulation", Reason.NOT_SUPPORTED),
                refusal(spec -> spec.enforcement(Enforcement.PERMISSIVE), "spec.enforcement", Reason.NOT_SUPPORTED),
                refusal(
                        spec -> spec.action(PolicyAction.DISCARD).enforcement(Enforcement.PERMISSIVE),
                        "spec.enforcement",
                        Reason.INVALID),
                refusal(
                        spec -> spec.selector(new PolicySelector(selector, new LabelSelector())),
                        "spec.selector.namespaceSelector",
                        Reason.NOT_SUPPORTED),
                refusal(
                        spec -> spec.selector(new PolicySelector(new LabelSelector(), selector)),
                        "spec.selector.podSelector",
                        Reason.NOT_SUPPORTED),
                refusal(spec -> spec.priority(1001), "spec.priority", Reason.INVALID),
                refusal(spec -> spec.ike(ike(List.of(), "4h", "10s")), "spec.ike.proposals", Reason.INVALID),
                refusal(spec -> spec.ike(lifetime("4 hours")), "spec.ike.lifetime", Reason.INVALID),
                refusal(spec -> spec.ike(lifetime("")), "spec.ike.lifetime", Reason.INVALID),
                refusal(spec -> spec.ike(lifetime("29s")), "spec.ike.lifetime", Reason.INVALID),
                refusal(spec -> spec.ike(lifetime("24h1s")), "spec.ike.lifetime", Reason.INVALID),
                refusal(
                        spec -> spec.ike(ike(List.of("aes256gcm16-prfsha384-x25519"), "4h", "0s")),
                        "spec.ike.dpdInterval",
                        Reason.INVALID),
                refusal(
                        spec -> spec.esp(esp(new EspLifetime("9s", "1Gi", 1000L))),
                        "spec.esp.lifetime.time",
                        Reason.INVALID),
                refusal(
                        spec -> spec.esp(esp(new EspLifetime("1h", "64GB", 1000L))),
                        "spec.esp.lifetime.bytes",
                        Reason.INVALID),
                refusal(
                        spec -> spec.esp(esp(new EspLifetime("1h", "999999999999999Ti", 1000L))),
                        "spec.esp.lifetime.bytes",
                        Reason.INVALID),
                refusal(
                        spec -> spec.esp(esp(new EspLifetime("1h", "1Gi", -1L))),
                        "spec.esp.lifetime.packets",
                        Reason.INVALID),
                refusal(
                        spec -> spec.esp(new EspParameters(
                                List.of("aes256gcm16"), new EspLifetime("1h", "1Gi", 1L << 32), 64, false)),
                        "spec.esp.lifetime.packets",
                        Reason.INVALID),
                refusal(
                        spec -> spec.esp(new EspParameters(List.of("aes256gcm16"), EspLifetime.DEFAULT, 63, true)),
                        "spec.esp.replayWindow",
                        Reason.INVALID));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusesNamingTheField(UnaryOperator<IPSecPolicySpecBuilder> change, String field, Reason reason) {
        PolicyVerdict verdict = validate(change.apply(IPSecPolicySpec.builder()).build());

        assertThat(verdict)
                .isInstanceOfSatisfying(
                        PolicyVerdict.Refused.class,
                        refused -> assertThat(refused.findings()).anySatisfy(finding -> {
                            assertThat(finding.field()).isEqualTo(field);
                            assertThat(finding.reason()).isEqualTo(reason);
                        }));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aes256gcm16-prfsha384-x25519",
                "aes128gcm16-prfsha256-ecp256",
                "chacha20poly1305-prfsha256-x25519",
                "aes256-sha256-modp2048",
                "aes256gcm16-prfsha384-x25519-ke1_mlkem768-ke2_ecp384-ke3_none",
                "aes128-sha512-prfsha384-x448-ecp521-modp3072-modp4096",
                "aes256gcm16-aes128gcm16-prfsha512-prfsha256-x25519-ecp384"
            })
    void acceptsIkeProposals(String proposal) {
        assertThat(accepted(ikeSpec(proposal)).ikeProposals()).containsExactly(proposal);
    }

    @ParameterizedTest
    @MethodSource("badIkeProposals")
    void refusesIkeProposalsNamingTheToken(String proposal, Reason reason, String named) {
        PolicyVerdict verdict = validate(ikeSpec(proposal));

        assertThat(verdict).isInstanceOfSatisfying(PolicyVerdict.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(reason);
            assertThat(refused.message()).startsWith("spec.ike.proposals[0]: ").contains(named);
        });
    }

    static Stream<Arguments> badIkeProposals() {
        return Stream.of(
                Arguments.of("aes256gcm16-prfsha384-x25519-ke1_frodoa976", Reason.NOT_SUPPORTED, "'ke1_frodoa976'"),
                Arguments.of("aes256gcm16-prfsha384-mlkem768", Reason.NOT_SUPPORTED, "'mlkem768'"),
                Arguments.of("aes256gcm16-prfsha384-ke1_mlkem768", Reason.INVALID, "key exchange"),
                Arguments.of("aes256gcm16-prfsha384-x25519-ke8_mlkem768", Reason.INVALID, "'ke8_mlkem768'"),
                Arguments.of("aes256-sha256-modp1536", Reason.NOT_SUPPORTED, "'modp1536'"),
                Arguments.of("aes256-prfsha256-modp2048", Reason.INVALID, "without integrity"),
                Arguments.of("aes256gcm16-sha256-prfsha256-modp2048", Reason.INVALID, "mixes an AEAD"),
                Arguments.of("aes256gcm16-aes256-sha256-modp2048", Reason.INVALID, "mixes an AEAD"),
                Arguments.of("sha256-modp2048", Reason.INVALID, "encryption"),
                Arguments.of("3des-prfsha1-modp1024", Reason.NOT_SUPPORTED, "'3des'"),
                Arguments.of("aes256gcm16-prfsha384-x25518", Reason.INVALID, "'x25518'"),
                Arguments.of("aes256gcm16-prfsha384", Reason.INVALID, "key exchange"),
                Arguments.of("aes256gcm16-x25519", Reason.INVALID, "PRF"),
                Arguments.of("prfsha384-x25519", Reason.INVALID, "encryption"),
                Arguments.of("aes256gcm16-prfsha384-x25519-esn", Reason.INVALID, "esn"),
                Arguments.of("aes256gcm16--prfsha384-x25519", Reason.INVALID, "''"),
                Arguments.of("aes256gcm16-aes256gcm128-prfsha384-x25519", Reason.INVALID, "'aes256gcm128' twice"));
    }

    @Test
    void espProposalsSayWhichSequenceNumbers() {
        EspLifetime lifetime = new EspLifetime("1h", "64Gi", 1000L);
        List<String> proposals = List.of("aes256gcm16", "aes128gcm16-curve25519", "aes128gcm16-noesn");

        EffectivePolicy with = accepted(IPSecPolicySpec.builder()
                .esp(new EspParameters(proposals, lifetime, 1024, true))
                .build());
        EffectivePolicy without = accepted(IPSecPolicySpec.builder()
                .esp(new EspParameters(proposals, lifetime, 1024, false))
                .build());

        assertThat(with.espProposals())
                .containsExactly("aes256gcm16-esn", "aes128gcm16-x25519-esn", "aes128gcm16-noesn");
        assertThat(without.espProposals())
                .containsExactly("aes256gcm16-noesn", "aes128gcm16-x25519-noesn", "aes128gcm16-noesn");
    }

    @Test
    void allFindingsAreReportedAtOnceAndInvalidOutweighsNotSupported() {
        PolicyVerdict verdict = validate(IPSecPolicySpec.builder()
                .mode(IPSecMode.TRANSPORT)
                .ike(lifetime("never"))
                .build());

        assertThat(verdict).isInstanceOfSatisfying(PolicyVerdict.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Reason.INVALID);
            assertThat(refused.message())
                    .isEqualTo(
                            "spec.mode: Transport is not supported by this version, only Tunnel; "
                                    + "spec.ike.lifetime: 'never' is not a duration; write hours, minutes and seconds as in 4h, 1h30m or 10s");
        });
    }

    @Test
    void durationsAddUp() {
        assertThat(accepted(IPSecPolicySpec.builder().ike(lifetime("1h30m5s")).build())
                        .ikeLifetime())
                .isEqualTo(Duration.ofSeconds(5405));
    }

    private static Arguments refusal(UnaryOperator<IPSecPolicySpecBuilder> change, String field, Reason reason) {
        return Arguments.of(change, field, reason);
    }

    private static IkeParameters ike(List<String> proposals, String lifetime, String dpdInterval) {
        return new IkeParameters(proposals, lifetime, dpdInterval);
    }

    private static IkeParameters lifetime(String lifetime) {
        return ike(List.of("aes256gcm16-prfsha384-x25519"), lifetime, "10s");
    }

    private static IPSecPolicySpec ikeSpec(String proposal) {
        return IPSecPolicySpec.builder()
                .ike(ike(List.of(proposal), "4h", "10s"))
                .build();
    }

    private static EspParameters esp(EspLifetime lifetime) {
        return new EspParameters(List.of("aes256gcm16-x25519"), lifetime, 8192, true);
    }

    private static PolicyVerdict validate(IPSecPolicySpec spec) {
        return PolicyValidation.validate("default", 3, spec);
    }

    private static EffectivePolicy accepted(IPSecPolicySpec spec) {
        PolicyVerdict verdict = validate(spec);
        assertThat(verdict).isInstanceOf(PolicyVerdict.Accepted.class);
        return ((PolicyVerdict.Accepted) verdict).policy();
    }
}
