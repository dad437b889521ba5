package dev.espalier.testkit.ike;

import dev.espalier.ike.PeerAuthentication.OwnProof;
import dev.espalier.ike.auth.Identity;
import dev.espalier.ike.crypto.RandomValues;
import dev.espalier.ike.crypto.SkAlgorithm;
import dev.espalier.ike.crypto.SkCipher;
import dev.espalier.ike.exchange.AuthExchange;
import dev.espalier.ike.exchange.ChildOffer;
import dev.espalier.ike.exchange.InitAnswer;
import dev.espalier.ike.exchange.InitOffer;
import dev.espalier.ike.exchange.InitResult;
import dev.espalier.ike.message.Decoded;
import dev.espalier.ike.message.ExchangeType;
import dev.espalier.ike.message.IkeHeader;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.MessageCodec;
import dev.espalier.ike.message.Opened;
import dev.espalier.ike.message.Payload;
import dev.espalier.ike.message.SkMessages;
import dev.espalier.testkit.sim.SeededRandom;
import dev.espalier.testkit.sim.SimNode;
import dev.espalier.testkit.sim.Simulation;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An initiator in the place of node {@code a} that does what it is told and nothing by itself (RFC 7815), with every message at hand:
 * how the other end takes what no engine of ours would send.
 */
final class MinimalInitiator {
    private final Scenario scenario;
    private final SimNode responder;
    private final UdpPath path;
    private final SecureRandom random = new SeededRandom(99);
    private final ChildOffer child;
    private final InitResult init;
    private final SkCipher outbound;
    private final SkCipher inbound;

    /** Takes the place of a, which stops, and is through with IKE_SA_INIT. */
    MinimalInitiator(Scenario scenario) {
        this.scenario = scenario;
        this.responder = scenario.b();
        scenario.a().crash();
        this.path =
                new UdpPath(new UdpEndpoint(scenario.a().address(), 4500), new UdpEndpoint(responder.address(), 4500));
        var config = scenario.peer(scenario.a(), responder);
        this.child = ChildOffer.inAuth(config, RandomValues.espSpi(random), random);
        InitOffer offer = new InitOffer(RandomValues.ikeSpi(random), config.ikeProposals(), path, true, random);
        Octets request = offer.request();
        Decoded.Cleartext response = (Decoded.Cleartext) MessageCodec.decode(exchange(request));
        this.init = ((InitAnswer.Accepted) offer.read(request, response.message(), response.raw(), path)).result();
        SkAlgorithm algorithm = SkAlgorithm.of(init.keys().suite());
        this.outbound = algorithm.initiatorCipher(init.keys().keys(), random);
        this.inbound = algorithm.responderCipher(init.keys().keys(), random);
    }

    /** IKE_AUTH with a child SA. */
    Message authenticate(Payload... more) {
        List<Payload> payloads = new ArrayList<>(child.payloads());
        payloads.addAll(List.of(more));
        AuthExchange.Proof proof = AuthExchange.request(
                init,
                new OwnProof.Certificate(scenario.a().credentials()),
                Identity.fqdn("b"),
                scenario.a().credentials().trustAnchors(),
                false,
                payloads,
                random);
        return request(ExchangeType.IKE_AUTH, 1, ((AuthExchange.Proof.Ready) proof).payloads());
    }

    /** Sends a request and opens the response. */
    Message request(ExchangeType exchange, long id, List<Payload> payloads) {
        return tryRequest(exchange, id, payloads)
                .orElseThrow(() -> new AssertionError("no response\n" + scenario.sim.trace()));
    }

    Optional<Message> tryRequest(ExchangeType exchange, long id, List<Payload> payloads) {
        IkeHeader header = new IkeHeader(init.spiInitiator(), init.spiResponder(), exchange, true, false, id);
        int before = scenario.sim.sent().size();
        exchange(SkMessages.seal(new Message(header, payloads), outbound));
        return scenario.sim.sent().stream()
                .skip(before)
                .filter(d -> d.header().filter(IkeHeader::response).isPresent())
                .findFirst()
                .map(d -> open(d.datagram()));
    }

    private Message open(Octets datagram) {
        Decoded.Encrypted received = (Decoded.Encrypted) MessageCodec.decode(datagram);
        return ((Opened.Complete) SkMessages.open(received, inbound)).message();
    }

    private Octets exchange(Octets datagram) {
        scenario.sim.inject(responder, Simulation.reversed(path), datagram);
        return scenario.sim.sent().getLast().datagram();
    }

    ChildOffer child() {
        return child;
    }
}
