package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.IkeEvent;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class EstablishTest {
    @Test
    @Tag("IKE-04")
    @Tag("IKE-45")
    void twoNodesEstablishAnIkeSaAndItsFirstChild() {
        Scenario scenario = Scenario.pair(1);

        scenario.start();
        scenario.sim.run(Duration.ofSeconds(1));

        // HDR, SAi1, KEi, Ni, N(..)  -->   <--  HDR, SAr1, KEr, Nr, N(..), CERTREQ
        // HDR, SK{IDi, CERT, AUTH, N(INITIAL_CONTACT), CERTREQ, IDr, SAi2, TSi, TSr}  -->   <--  HDR, SK{IDr, CERT,
        // AUTH, SAr2, TSi, TSr}
        assertThat(scenario.sim.sentText())
                .containsExactly(
                        "a->b IKE_SA_INIT request 0",
                        "b->a IKE_SA_INIT response 0",
                        "a->b IKE_AUTH request 1",
                        "b->a IKE_AUTH response 1");
        assertThat(scenario.sim.sent().stream().map(d -> d.path().remote().port()))
                .containsExactly(500, 500, 4500, 4500);
        scenario.assertEstablished();
        scenario.assertSas(scenario.a(), scenario.b(), 1, 1);
        scenario.assertSas(scenario.b(), scenario.a(), 1, 1);
        assertThat(scenario.a().events(IkeEvent.IkeSaEstablished.class)).hasSize(1);
        assertThat(scenario.b().halfOpen()).isZero();
    }
}
