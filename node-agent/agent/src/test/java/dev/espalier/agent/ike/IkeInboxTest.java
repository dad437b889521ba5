package dev.espalier.agent.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.IkeInput;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class IkeInboxTest {
    private static final UdpPath PATH = new UdpPath(
            new UdpEndpoint(IpAddress.parse("192.0.2.1"), 500), new UdpEndpoint(IpAddress.parse("192.0.2.2"), 500));

    private final IkeInbox inbox = new IkeInbox();

    @Test
    @Tag("F-30")
    void requestsComeBeforeLiveSasBeforeStrangers() throws InterruptedException {
        inbox.offerDatagram(PATH, opening());
        inbox.offerDatagram(PATH, live());
        inbox.trafficWaiting("beta");
        inbox.peerPathChanged(7, PATH);
        inbox.put(new IkeInput.InitiateRequested("beta"));

        assertThat(inbox.take(0)).isEqualTo(new IkeInput.InitiateRequested("beta"));
        assertThat(inbox.take(0)).isEqualTo(new IkeInput.PeerPathChanged(7, PATH));
        assertThat(inbox.take(0)).isEqualTo(new IkeInput.TrafficWaiting("beta"));
        assertThat(inbox.take(0)).isEqualTo(new IkeInput.DatagramReceived(PATH, live()));
        assertThat(inbox.take(0)).isEqualTo(new IkeInput.DatagramReceived(PATH, opening()));
        assertThat(inbox.take(0)).isNull();
    }

    @Test
    @Tag("F-14")
    @Tag("F-25")
    void aFloodOfStrangersIsBoundedAndLeavesRoomForTheRest() {
        int taken = 0;
        for (int i = 0; i < 10_000; i++) {
            taken += inbox.offerDatagram(PATH, opening()) ? 1 : 0;
        }

        assertThat(taken).isEqualTo(IkeInbox.MAX_OPENING_DATAGRAMS);
        assertThat(inbox.offerDatagram(PATH, live())).isTrue();
    }

    @Test
    void whatIsSaidTwiceCountsOnce() throws InterruptedException {
        inbox.trafficWaiting("beta");
        inbox.trafficWaiting("beta");

        assertThat(inbox.take(0)).isEqualTo(new IkeInput.TrafficWaiting("beta"));
        assertThat(inbox.take(0)).isNull();
    }

    @Test
    void runtsAreStrangers() {
        assertThat(IkeInbox.opensSa(Octets.of(new byte[5]))).isTrue();
        assertThat(IkeInbox.opensSa(opening())).isTrue();
        assertThat(IkeInbox.opensSa(live())).isFalse();
    }

    @Test
    void aQuestionForTheStatusWakesWhoTakes() throws InterruptedException {
        var answer = inbox.status();

        assertThat(inbox.take(Long.MAX_VALUE)).isNull();
        assertThat(inbox.questions()).containsExactly(answer);
    }

    private static Octets opening() {
        byte[] header = new byte[28];
        header[0] = 1;
        header[18] = 34;
        return Octets.of(header);
    }

    private static Octets live() {
        byte[] header = new byte[28];
        header[0] = 1;
        header[8] = 2;
        header[18] = 36;
        return Octets.of(header);
    }
}
