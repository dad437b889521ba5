package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.EndpointStatus.IkeState;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.auth.Identity;
import dev.espalier.ike.message.ExchangeType;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an authenticated peer may do that our own engine never does. */
class MinimalPeerTest {
    private final Scenario scenario = Scenario.pair(1).start();
    private final MinimalInitiator peer = new MinimalInitiator(scenario);

    private static Payload.Notify notify(int type, int... octets) {
        byte[] data = new byte[octets.length];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) octets[i];
        }
        return Payload.Notify.of(new NotifyType(type), Octets.of(data));
    }

    private List<Payload> createChild(int spi, Payload... more) {
        List<Payload> payloads = new ArrayList<>(List.of(more));
        Octets octets = new WireWriter().i32(spi).toOctets();
        payloads.add(new Payload.Sa(List.of(Proposal.parseEsp("aes256gcm16-esn").numbered(1, octets))));
        payloads.add(new Payload.Nonce(Octets.of(new byte[32])));
        peer.child().payloads().stream()
                .filter(Payload.TrafficSelectors.class::isInstance)
                .forEach(payloads::add);
        return payloads;
    }

    private void withoutForwardSecrecy() {
        scenario.configure(scenario.b(), p -> Scenario.withEsp(p, "aes256gcm16-esn"));
    }

    @Test
    @Tag("IKE-60")
    void oneThatOnlyKnowsHowToBeginConnects() {
        Message response = peer.authenticate();

        assertThat(response.first(Payload.Authentication.class)).isPresent();
        assertThat(response.first(Payload.Sa.class)).isPresent();
        assertThat(scenario.b().status("a").state()).isEqualTo(IkeState.ESTABLISHED);
        scenario.assertSas(scenario.b(), scenario.a(), 1, 1);
    }

    @Test
    @Tag("IKE-30")
    void notifiesThatNobodyKnowsAreIgnoredOutsideOfResponses() {
        peer.authenticate(notify(20_000, 1, 2, 3), notify(16_387, 0, 0, 1));

        Message empty = peer.request(ExchangeType.INFORMATIONAL, 2, List.of());
        Message unknown = peer.request(ExchangeType.INFORMATIONAL, 3, List.of(notify(40_000), notify(8_000)));

        assertThat(empty.payloads()).isEmpty();
        assertThat(unknown.payloads()).isEmpty();
        assertThat(scenario.b().status("a").state()).isEqualTo(IkeState.ESTABLISHED);
    }

    @Test
    @Tag("IKE-54")
    void compressionIsNeverAgreedOn() {
        Message response = peer.authenticate(notify(16_387, 0, 0, 1));

        assertThat(response.first(Payload.Sa.class)).isPresent();
        assertThat(response.notification(NotifyType.IPCOMP_SUPPORTED)).isEmpty();
    }

    @Test
    @Tag("IKE-53")
    void nothingIsAssignedToAPeerThatAsksForAnAddress() {
        // CFG_REQUEST for INTERNAL_IP4_ADDRESS
        Message response = peer.authenticate(new Payload.Configuration(Octets.fromHex("0100000000010000")));

        assertThat(response.first(Payload.Sa.class)).isPresent();
        assertThat(response.first(Payload.Configuration.class)).isEmpty();
    }

    @Test
    @Tag("IKE-52")
    void withoutAuthNobodyIsLetInByOtherMeans() {
        Message response = peer.request(
                ExchangeType.IKE_AUTH, 1, List.of(Identity.fqdn("a").payload(true)));

        assertThat(response.notification(NotifyType.AUTHENTICATION_FAILED)).isPresent();
        assertThat(scenario.b().events(IkeEvent.NegotiationFailed.class))
                .last()
                .satisfies(failed -> assertThat(failed.reason()).contains("EAP"));
    }

    @Test
    @Tag("IKE-07")
    void requestsWithinTheWindowAreServedInAnyOrderAndOthersAreNot() {
        Message response = peer.authenticate();
        assertThat(response.notification(NotifyType.SET_WINDOW_SIZE).map(Payload.Notify::data))
                .contains(Octets.of((byte) 0, (byte) 0, (byte) 0, (byte) 4));

        assertThat(peer.tryRequest(ExchangeType.INFORMATIONAL, 5, List.of())).isPresent();
        assertThat(peer.tryRequest(ExchangeType.INFORMATIONAL, 3, List.of())).isPresent();
        assertThat(peer.tryRequest(ExchangeType.INFORMATIONAL, 6, List.of())).isEmpty();
        assertThat(peer.tryRequest(ExchangeType.INFORMATIONAL, 2, List.of())).isPresent();
        assertThat(peer.tryRequest(ExchangeType.INFORMATIONAL, 4, List.of())).isPresent();
        assertThat(peer.tryRequest(ExchangeType.INFORMATIONAL, 6, List.of())).isPresent();
    }

    @Test
    @Tag("IKE-55")
    @Tag("CPU-01")
    void severalChildSasForTheSameTrafficStayWhenEachIsForAResource() {
        withoutForwardSecrecy();
        peer.authenticate();
        Payload info = Payload.Notify.of(NotifyType.SA_RESOURCE_INFO);
        for (int i = 0; i < 7; i++) {
            Message made = peer.request(ExchangeType.CREATE_CHILD_SA, 2 + i, createChild(1000 + i, info));
            assertThat(made.first(Payload.Sa.class)).isPresent();
        }

        Message tooMany = peer.request(ExchangeType.CREATE_CHILD_SA, 9, createChild(2000, info));
        Message oneMore = peer.request(ExchangeType.CREATE_CHILD_SA, 10, createChild(3000));
        // Longer than duplicates are left alone.
        scenario.sim.run(Duration.ofSeconds(50));

        assertThat(tooMany.notification(NotifyType.TS_MAX_QUEUE)).isPresent();
        assertThat(oneMore.notification(NotifyType.NO_ADDITIONAL_SAS)).isPresent();
        assertThat(scenario.b().status("a").children()).hasSize(8);
    }

    @Test
    @Tag("IKE-58")
    void anAuthenticationThatEndsSoonIsRenewedBefore() {
        peer.authenticate();
        Octets hundredSeconds = new WireWriter().i32(100).toOctets();

        peer.request(
                ExchangeType.INFORMATIONAL, 2, List.of(Payload.Notify.of(NotifyType.AUTH_LIFETIME, hundredSeconds)));
        scenario.sim.forgetSent();
        scenario.sim.run(Duration.ofSeconds(65));
        assertThat(scenario.sim.sentText()).doesNotContain("b->a IKE_SA_INIT request 0");
        scenario.sim.run(Duration.ofSeconds(30));

        // Make before break: a new one is begun while the old one stands.
        assertThat(scenario.sim.sentText()).contains("b->a IKE_SA_INIT request 0");
        assertThat(scenario.b().status("a").state()).isEqualTo(IkeState.ESTABLISHED);
    }
}
