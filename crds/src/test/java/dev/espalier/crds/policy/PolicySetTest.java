package dev.espalier.crds.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.crds.v1alpha1.IPSecMode;
import dev.espalier.crds.v1alpha1.IPSecPolicy;
import dev.espalier.crds.v1alpha1.IPSecPolicySpec;
import dev.espalier.crds.v1alpha1.IPSecPolicyStatus;
import dev.espalier.crds.v1alpha1.IPSecPolicyStatus.PolicyInForce;
import dev.espalier.crds.v1alpha1.PolicyAction;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PolicySetTest {
    private static final IPSecPolicySpec DISCARD =
            IPSecPolicySpec.builder().action(PolicyAction.DISCARD).build();
    private static final IPSecPolicySpec UNSUPPORTED =
            IPSecPolicySpec.builder().mode(IPSecMode.TRANSPORT).build();

    @Test
    void higherPriorityComesFirstThenTheSmallerName() {
        PolicySet set = PolicySet.of(List.of(
                policy("b", 1, IPSecPolicySpec.builder().priority(5).build()),
                policy("c", 1, IPSecPolicySpec.builder().priority(7).build()),
                policy("a", 1, IPSecPolicySpec.builder().priority(5).build())));

        assertThat(set.inForce()).extracting(EffectivePolicy::name).containsExactly("c", "a", "b");
        assertThat(set.forEveryPod())
                .hasValueSatisfying(first -> assertThat(first.name()).isEqualTo("c"));
    }

    @Test
    void noPolicyIsInForceWhenNoneIsThere() {
        assertThat(PolicySet.of(List.of())).isEqualTo(PolicySet.EMPTY);
        assertThat(PolicySet.EMPTY.forEveryPod()).isEmpty();
    }

    @Test
    void aRefusedPolicyThatWasNeverAcceptedIsNotInForce() {
        PolicySet set = PolicySet.of(List.of(policy("a", 1, UNSUPPORTED)));

        assertThat(set.inForce()).isEmpty();
        assertThat(set.refused()).singleElement().satisfies(refusal -> {
            assertThat(refusal.name()).isEqualTo("a");
            assertThat(refusal.inForce()).isNull();
        });
    }

    @Test
    @Tag("F-33")
    void aRefusedChangeLeavesTheLastAcceptedSpecInForce() {
        IPSecPolicy changed = policy("a", 4, UNSUPPORTED);
        changed.setStatus(new IPSecPolicyStatus(4L, List.of(), null, null, new PolicyInForce(3, DISCARD)));

        PolicySet set = PolicySet.of(List.of(changed));

        assertThat(set.inForce()).singleElement().satisfies(policy -> {
            assertThat(policy.action()).isEqualTo(PolicyAction.DISCARD);
            assertThat(policy.generation()).isEqualTo(3);
        });
        assertThat(set.contentHash())
                .isEqualTo(PolicySet.of(List.of(policy("a", 3, DISCARD))).contentHash());
    }

    @Test
    void theHashIsOfTheContentNotOfGenerationOrOrder() {
        PolicySet one = PolicySet.of(List.of(policy("a", 1, IPSecPolicySpec.DEFAULT), policy("b", 1, DISCARD)));
        PolicySet same = PolicySet.of(List.of(policy("b", 9, DISCARD), policy("a", 7, IPSecPolicySpec.DEFAULT)));

        assertThat(one.contentHash()).isEqualTo(same.contentHash()).matches("[0-9a-f]{32}");
    }

    @Test
    void everyFieldMakesADifferenceToTheHash() {
        String base =
                PolicySet.of(List.of(policy("a", 1, IPSecPolicySpec.DEFAULT))).contentHash();

        assertThat(List.of(
                        policy("b", 1, IPSecPolicySpec.DEFAULT),
                        policy("a", 1, IPSecPolicySpec.builder().priority(1).build()),
                        policy("a", 1, DISCARD),
                        policy("a", 1, json("{'ike':{'proposals':['aes128gcm16-prfsha256-x25519']}}")),
                        policy("a", 1, json("{'ike':{'lifetime':'3h'}}")),
                        policy("a", 1, json("{'ike':{'dpdInterval':'11s'}}")),
                        policy("a", 1, json("{'esp':{'proposals':['aes128gcm16']}}")),
                        policy("a", 1, json("{'esp':{'lifetime':{'time':'2h'}}}")),
                        policy("a", 1, json("{'esp':{'lifetime':{'bytes':'1Gi'}}}")),
                        policy("a", 1, json("{'esp':{'lifetime':{'packets':5000}}}")),
                        policy("a", 1, json("{'esp':{'replayWindow':128}}")),
                        policy("a", 1, json("{'esp':{'esn':false}}"))))
                .allSatisfy(changed ->
                        assertThat(PolicySet.of(List.of(changed)).inForce()).hasSize(1))
                .extracting(changed -> PolicySet.of(List.of(changed)).contentHash())
                .doesNotHaveDuplicates()
                .doesNotContain(base);
    }

    @Test
    void theHashDoesNotDriftBetweenVersions() {
        assertThat(PolicySet.EMPTY.contentHash()).isEqualTo("e3b0c44298fc1c149afbf4c8996fb924");
        assertThat(PolicySet.of(List.of(policy("default", 1, IPSecPolicySpec.DEFAULT)))
                        .contentHash())
                .isEqualTo("d74ac3e99e8ee6ac053400f36d9294d4");
    }

    private static IPSecPolicySpec json(String singleQuoted) {
        return Documents.read(singleQuoted, IPSecPolicySpec.class);
    }

    private static IPSecPolicy policy(String name, long generation, IPSecPolicySpec spec) {
        IPSecPolicy policy = new IPSecPolicy();
        policy.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withGeneration(generation)
                .build());
        policy.setSpec(spec);
        return policy;
    }
}
