package dev.espalier.operator.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.crds.v1alpha1.RollStage;
import dev.espalier.operator.pki.CaRollPlan.Authorities;
import dev.espalier.operator.pki.CaRollPlan.Step;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("CSR-07")
class CaRollPlanTest {
    private static final NodeTrust OLD = new NodeTrust(List.of("old"), "old");
    private static final NodeTrust BOTH = new NodeTrust(List.of("old", "new"), "old");
    private static final NodeTrust USES_NEW = new NodeTrust(List.of("new", "old"), "new");
    private static final NodeTrust ONLY_NEW = new NodeTrust(List.of("new"), "new");
    private static final Authorities TRUST_NEW = new Authorities("old", Optional.of("new"), Optional.empty(), false);
    private static final Authorities USE_NEW = new Authorities("new", Optional.empty(), Optional.of("old"), false);

    @Test
    void nothingIsDoneWhileNobodyAsks() {
        assertThat(plan(new Authorities("old", Optional.empty(), Optional.empty(), false), Map.of("a", OLD, "b", OLD)))
                .isEqualTo(new CaRollPlan(RollStage.SETTLED, Step.STAY, 2, List.of()));
    }

    @Test
    void aCaThatIsDueGetsASuccessor() {
        assertThat(plan(new Authorities("old", Optional.empty(), Optional.empty(), true), Map.of("a", OLD, "b", OLD)))
                .isEqualTo(new CaRollPlan(RollStage.SETTLED, Step.INTRODUCE, 2, List.of()));
    }

    @Test
    void theNewCaSignsOnlyWhenAllTrustIt() {
        assertThat(plan(TRUST_NEW, Map.of("a", BOTH, "b", OLD)))
                .isEqualTo(new CaRollPlan(RollStage.TRUST_NEW, Step.STAY, 2, List.of("b")));
        assertThat(plan(TRUST_NEW, Map.of("a", BOTH, "b", BOTH)))
                .isEqualTo(new CaRollPlan(RollStage.TRUST_NEW, Step.USE_NEXT, 2, List.of()));
    }

    @Test
    void theOldCaIsDroppedOnlyWhenAllUseTheNew() {
        assertThat(plan(USE_NEW, Map.of("a", USES_NEW, "b", BOTH)))
                .isEqualTo(new CaRollPlan(RollStage.USE_NEW, Step.STAY, 2, List.of("b")));
        assertThat(plan(USE_NEW, Map.of("a", USES_NEW, "b", USES_NEW)))
                .isEqualTo(new CaRollPlan(RollStage.USE_NEW, Step.DROP_PREVIOUS, 2, List.of()));
    }

    @Test
    void theRollEndsWhenNobodyTrustsTheOldOneAndTheNextBeginsNotBefore() {
        Authorities dropped = new Authorities("new", Optional.empty(), Optional.empty(), true);

        assertThat(plan(dropped, Map.of("a", USES_NEW, "b", ONLY_NEW)))
                .isEqualTo(new CaRollPlan(RollStage.DROP_OLD, Step.STAY, 2, List.of("a")));
        assertThat(plan(dropped, Map.of("a", ONLY_NEW, "b", ONLY_NEW)).step()).isEqualTo(Step.INTRODUCE);
    }

    @Test
    void aNodeThatHoldsACertificateAndHasReportedNothingIsWaitedFor() {
        assertThat(plan(TRUST_NEW, Map.of("a", BOTH)).missing()).containsExactly("b");
    }

    @Test
    void aNodeWithoutAGoodCertificateIsNotWaitedFor() {
        assertThat(CaRollPlan.of(TRUST_NEW, List.of("a"), Map.of("a", BOTH, "b", OLD))
                        .step())
                .isEqualTo(Step.USE_NEXT);
    }

    private static CaRollPlan plan(Authorities authorities, Map<String, NodeTrust> reports) {
        return CaRollPlan.of(authorities, List.of("a", "b"), reports);
    }
}
