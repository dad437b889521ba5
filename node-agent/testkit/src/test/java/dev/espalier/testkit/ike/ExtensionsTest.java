package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.EndpointStatus.IkeState;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeInput.RekeyKind;
import dev.espalier.ike.crypto.CrashTokens;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.testkit.sim.LinkModel;
import dev.espalier.testkit.sim.SimNode;
import dev.espalier.testkit.sim.Simulation;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Crash tokens, changed addresses, NAT keepalives, windows, small fragments, childless beginnings. */
class ExtensionsTest {
    private static final EndpointConfig DEFAULTS = EndpointConfig.DEFAULTS;
    private static final Duration SOON = Duration.ofSeconds(2);

    private static EndpointConfig with(int window, boolean mobike, boolean childless) {
        EndpointConfig.Extensions d = DEFAULTS.extensions();
        return DEFAULTS.withExtensions(
                new EndpointConfig.Extensions(window, d.natKeepalive(), d.crashTokens(), mobike, childless));
    }

    private static EndpointConfig withTokens(int secret) {
        byte[] octets = new byte[32];
        Arrays.fill(octets, (byte) secret);
        return DEFAULTS.withExtensions(DEFAULTS.extensions().withCrashTokens(new CrashTokens(Secret.wrap(octets))));
    }

    /** Two nodes whose tokens come from secrets of their own. */
    private static Scenario withTokens() {
        Scenario scenario = new Scenario(5);
        scenario.add("a", withTokens(1));
        scenario.add("b", withTokens(2));
        return scenario.established();
    }

    @Test
    @Tag("QCD-01")
    void aPeerDropsTheIkeSaOfAKilledNodeInOneRoundTrip() {
        Scenario scenario = withTokens();
        SimNode a = scenario.a();
        SimNode b = scenario.b();
        b.crash();
        b.restart();
        scenario.sim.hold();

        // HDR, SK{REKEY..} for an IKE SA that b has forgotten  -->   <--  HDR, N(INVALID_IKE_SPI),
        // N(QUICK_CRASH_DETECTION)
        a.handle(new IkeInput.RekeyRequested("b", RekeyKind.CHILD));
        scenario.sim.deal(a, b);
        scenario.sim.deal(b, a);

        scenario.assertSas(a, b, 0, 0);
        assertThat(a.events(IkeEvent.IkeSaClosed.class))
                .singleElement()
                .satisfies(closed -> assertThat(closed.reason()).contains("restarted"));
        scenario.sim.release();
        scenario.sim.run(SOON);
        scenario.assertEstablished();
    }

    @Test
    @Tag("QCD-01")
    @Tag("IKE-36")
    void onlyTheTokenThatThePeerHasGivenCounts() {
        Scenario scenario = withTokens();
        SimNode a = scenario.a();
        SimNode b = scenario.b();
        b.crash();
        // Another machine at b's address, with everything but b's secret.
        b.restart(withTokens(3));
        scenario.sim.hold();
        a.handle(new IkeInput.RekeyRequested("b", RekeyKind.CHILD));
        scenario.sim.deal(a, b);

        scenario.sim.deal(b, a);

        scenario.assertSas(a, b, 1, 1);
        assertThat(a.events(IkeEvent.IkeSaClosed.class)).isEmpty();
    }

    @Test
    @Tag("QCD-01")
    void tokensFollowARekeyedIkeSa() {
        Scenario scenario = withTokens();
        SimNode a = scenario.a();
        SimNode b = scenario.b();
        a.handle(new IkeInput.RekeyRequested("b", RekeyKind.IKE));
        scenario.sim.run(SOON);
        a.forgetEvents();
        b.crash();
        b.restart();
        scenario.sim.hold();

        a.handle(new IkeInput.RekeyRequested("b", RekeyKind.IKE));
        scenario.sim.deal(a, b);
        scenario.sim.deal(b, a);

        scenario.assertSas(a, b, 0, 0);
    }

    @Test
    @Tag("QCD-01")
    void espForForgottenSasMakesTheEndThatDoesNotInitiateBegin() {
        Scenario scenario = withTokens();
        SimNode a = scenario.a();
        SimNode b = scenario.b();
        b.crash();
        b.restart();
        scenario.sim.run(Duration.ofMillis(100));
        assertThat(b.status("a").state()).isEqualTo(IkeState.DOWN);

        UdpPath path = new UdpPath(new UdpEndpoint(b.address(), 4500), new UdpEndpoint(a.address(), 4500));
        b.handle(new IkeInput.UnknownSpiReceived(path));
        scenario.sim.run(Duration.ofMillis(200));

        scenario.assertEstablished();
        assertThat(b.status("a").initiator()).isTrue();
        // INITIAL_CONTACT has made a forget the SAs of before, but for what is on its way.
        scenario.sim.run(Duration.ofSeconds(6));
        scenario.assertSas(a, b, 1, 1);
    }

    @Test
    @Tag("MOB-01")
    void theInitiatorsAddressChangesAndNothingIsMadeAnew() {
        Scenario scenario = Scenario.pair(7).established();
        SimNode a = scenario.a();
        SimNode b = scenario.b();
        long spi = a.status("b").spiInitiator();
        scenario.sim.traffic(a, b, Duration.ofMillis(10));
        scenario.sim.run(Duration.ofMillis(100));

        a.move(IpAddress.parse("192.0.2.77"));
        scenario.configure(a, UnaryOperator.identity());
        scenario.sim.run(Duration.ofSeconds(1));

        // HDR, SK{N(UPDATE_SA_ADDRESSES), N(NAT_DETECTION_*)} -->   <-- HDR, SK{N(NAT_DETECTION_*)}
        // HDR, SK{} <-- HDR, SK{N(COOKIE2)} and back
        assertThat(scenario.sim.sentText())
                .containsExactly(
                        "a->b INFORMATIONAL request 2",
                        "b->a INFORMATIONAL response 2",
                        "b->a INFORMATIONAL request 0",
                        "a->b INFORMATIONAL response 0");
        assertThat(b.status("a").path().orElseThrow().remote().address()).isEqualTo(a.address());
        assertThat(a.status("b").spiInitiator()).isEqualTo(spi);
        assertThat(b.movedTo(a.address())).isTrue();
        scenario.assertEstablished();
    }

    @Test
    @Tag("MOB-01")
    void theRespondersAddressChangesAndTheInitiatorFollows() {
        Scenario scenario = Scenario.pair(7).established();
        SimNode a = scenario.a();
        SimNode b = scenario.b();
        long spi = a.status("b").spiInitiator();

        b.move(IpAddress.parse("192.0.2.78"));
        scenario.configure(b, UnaryOperator.identity());
        scenario.sim.run(SOON);
        // What a is configured with comes later, as it does in a cluster, and finds everything done.
        scenario.configure(a, UnaryOperator.identity());
        scenario.sim.run(SOON);

        assertThat(a.status("b").path().orElseThrow().remote().address()).isEqualTo(b.address());
        assertThat(a.status("b").spiInitiator()).isEqualTo(spi);
        scenario.assertEstablished();
        assertThat(a.events(IkeEvent.IkeSaEstablished.class)).isEmpty();
    }

    @Test
    @Tag("MOB-01")
    void withoutMobikeAChangedAddressMakesANewIkeSa() {
        Scenario scenario = Scenario.pair(7, with(1, false, false)).established();
        SimNode a = scenario.a();

        a.move(IpAddress.parse("192.0.2.77"));
        scenario.configure(a, UnaryOperator.identity());
        scenario.configure(scenario.b(), UnaryOperator.identity());
        scenario.sim.run(Duration.ofSeconds(5));

        scenario.assertEstablished();
        assertThat(a.events(IkeEvent.IkeSaEstablished.class)).isNotEmpty();
    }

    @Test
    @Tag("IKE-42")
    @Tag("IKE-45")
    void theEndBehindANatKeepsItOpenWhenNothingElseDoes() {
        Scenario scenario = Scenario.pair(7);
        scenario.sim.nat(scenario.a(), IpAddress.parse("198.51.100.1"));
        scenario.start(peer -> Scenario.withEncapsulation(peer, false));
        scenario.sim.run(SOON);
        scenario.assertEstablished();

        scenario.sim.run(Duration.ofSeconds(55));

        assertThat(scenario.a().keepalives()).isEqualTo(2);
        assertThat(scenario.b().keepalives()).isZero();
        assertThat(scenario.a().dataPath().sendingTo("b").orElseThrow().udpEncapsulated())
                .isTrue();
    }

    @Test
    @Tag("IKE-08")
    void aRequestOutsideOfTheWindowIsReportedOnceAMinute() {
        Scenario scenario = Scenario.pair(7, with(1, true, false)).established();
        SimNode a = scenario.a();
        SimNode b = scenario.b();
        a.handle(new IkeInput.RekeyRequested("b", RekeyKind.CHILD));
        scenario.sim.run(Duration.ofSeconds(1));
        Simulation.InFlight old = scenario.sim.sent().getFirst();
        scenario.sim.forgetSent();

        for (int i = 0; i < 3; i++) {
            scenario.sim.inject(b, Simulation.reversed(old.path()), old.datagram());
        }
        scenario.sim.run(Duration.ofSeconds(1));

        // HDR, SK{N(INVALID_MESSAGE_ID)} as a request of its own; the answer is empty.
        assertThat(scenario.sim.sentText())
                .containsExactly("b->a INFORMATIONAL request 0", "a->b INFORMATIONAL response 0");
        scenario.assertEstablished();
    }

    @Test
    @Tag("FRG-06")
    void bigFragmentsThatVanishAreMadeSmaller() {
        Scenario scenario = Scenario.pair(7);
        scenario.sim.link(LinkModel.PERFECT.withMtu(576 - 28));
        scenario.start(peer -> Scenario.withIke(peer, "aes256gcm16-prfsha384-x25519-ke1_mlkem768"));

        scenario.sim.run(Duration.ofSeconds(20));

        scenario.assertEstablished();
        List<Simulation.InFlight> requests = scenario.sim.sent().stream()
                .filter(d -> d.from().equals("a"))
                .filter(d -> d.header().orElseThrow().messageId() == 1)
                .toList();
        assertThat(requests.getFirst().datagram().length()).isGreaterThan(1000);
        assertThat(requests.getLast().datagram().length()).isLessThanOrEqualTo(576 - 28);
    }

    @Test
    @Tag("IKE-59")
    void anIkeSaBeginsWithoutAChildWhichThenHasForwardSecrecy() {
        Scenario scenario = Scenario.pair(7, with(1, true, true));
        scenario.start();

        scenario.sim.run(SOON);

        scenario.assertEstablished();
        assertThat(scenario.sim.sentText())
                .containsExactly(
                        "a->b IKE_SA_INIT request 0",
                        "b->a IKE_SA_INIT response 0",
                        "a->b IKE_AUTH request 1",
                        "b->a IKE_AUTH response 1",
                        "a->b CREATE_CHILD_SA request 2",
                        "b->a CREATE_CHILD_SA response 2");
    }
}
