package dev.espalier.ike.message;

import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.ike.proposal.ProtocolId;
import dev.espalier.ike.proposal.SaProposal;
import dev.espalier.ike.proposal.Transform;
import dev.espalier.ike.proposal.TransformType;
import dev.espalier.ike.selector.TrafficSelector;
import dev.espalier.ike.selector.UnknownSelector;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Messages of every kind that the rules allow, with random content, from a seed. */
final class RandomMessages {
    private final Random random;

    RandomMessages(long seed) {
        this.random = new Random(seed);
    }

    Message saInit() {
        boolean response = random.nextBoolean();
        IkeHeader header =
                new IkeHeader(nonZero(), response ? nonZero() : 0, ExchangeType.IKE_SA_INIT, !response, response, 0);
        List<Payload> payloads = new ArrayList<>(List.of(
                new Payload.Sa(list(4, () -> proposal(ProtocolId.IKE))),
                new Payload.KeyExchange(KeyExchangeMethod.X25519.id(), octets(0, 1200)),
                new Payload.Nonce(octets(16, 257))));
        if (response && random.nextBoolean()) {
            payloads.add(new Payload.CertificateRequest(CertEncoding.X509_SIGNATURE, octets(0, 61)));
        }
        return message(header, payloads);
    }

    Message encrypted() {
        return switch (random.nextInt(4)) {
            case 0 -> auth();
            case 1 -> createChild();
            case 2 ->
                message(header(ExchangeType.IKE_INTERMEDIATE), List.of(new Payload.KeyExchange(36, octets(0, 1600))));
            default ->
                message(
                        header(ExchangeType.INFORMATIONAL),
                        Stream.generate(this::delete).limit(random.nextInt(3)).toList());
        };
    }

    private Message auth() {
        IkeHeader header = header(ExchangeType.IKE_AUTH);
        List<Payload> payloads = new ArrayList<>(List.of(
                new Payload.Identification(!header.response(), octets(4, 60)),
                new Payload.Authentication(new AuthMethod(random.nextInt(256)), octets(0, 300)),
                new Payload.Sa(list(3, () -> proposal(ProtocolId.ESP))),
                trafficSelectors(true),
                trafficSelectors(false)));
        payloads.addAll(list(4, () -> new Payload.Certificate(new CertEncoding(random.nextInt(256)), octets(0, 900))));
        payloads.add(random.nextBoolean() ? new Payload.Configuration(octets(0, 40)) : new Payload.Eap(octets(0, 40)));
        return message(header, payloads);
    }

    private Message createChild() {
        return message(
                header(ExchangeType.CREATE_CHILD_SA),
                List.of(
                        new Payload.Sa(list(3, () -> proposal(random.nextBoolean() ? ProtocolId.ESP : ProtocolId.IKE))),
                        new Payload.Nonce(octets(16, 257)),
                        new Payload.KeyExchange(random.nextInt(65536), octets(0, 100)),
                        trafficSelectors(true),
                        trafficSelectors(false)));
    }

    private Message message(IkeHeader header, List<Payload> payloads) {
        List<Payload> all = new ArrayList<>(payloads);
        for (int i = random.nextInt(5); i > 0; i--) {
            all.add(
                    switch (random.nextInt(3)) {
                        case 0 -> notification();
                        case 1 -> new Payload.VendorId(octets(0, 40));
                        default -> new Payload.Unknown(new PayloadType(128 + random.nextInt(128)), octets(0, 40));
                    });
        }
        Collections.shuffle(all, random);
        return new Message(header, all);
    }

    private IkeHeader header(ExchangeType exchange) {
        return new IkeHeader(
                nonZero(), nonZero(), exchange, random.nextBoolean(), random.nextBoolean(), random.nextLong(1L << 32));
    }

    private Payload notification() {
        Octets data = octets(0, 30);
        NotifyType type = new NotifyType(random.nextInt(65536));
        return switch (random.nextInt(3)) {
            case 0 -> new Payload.Notify(ProtocolId.ESP, octets(4, 5), type, data);
            case 1 -> new Payload.Notify(ProtocolId.IKE, octets(8, 9), type, data);
            default -> Payload.Notify.of(type, data);
        };
    }

    private Payload delete() {
        return random.nextBoolean()
                ? new Payload.Delete(ProtocolId.IKE, List.of())
                : new Payload.Delete(ProtocolId.ESP, list(5, () -> octets(4, 5)));
    }

    private SaProposal proposal(ProtocolId protocol) {
        int spi = protocol.equals(ProtocolId.ESP) ? 4 : 8 * random.nextInt(2);
        List<Transform> transforms = list(
                6,
                () -> new Transform(
                        new TransformType(random.nextInt(14)),
                        random.nextInt(65536),
                        random.nextBoolean() ? 0 : random.nextInt(65536),
                        random.nextInt(4) > 0 ? Octets.EMPTY : Octets.fromHex("80630001" + "00630002aabb")));
        return new SaProposal(random.nextInt(256), octets(spi, spi + 1), new Proposal(protocol, transforms));
    }

    private Payload trafficSelectors(boolean initiator) {
        List<TrafficSelector> ranges = list(4, () -> {
            boolean v6 = random.nextBoolean();
            return new TrafficSelector(
                    random.nextInt(256), random.nextInt(65536), random.nextInt(65536), address(v6), address(v6));
        });
        List<UnknownSelector> unknown = random.nextInt(4) > 0
                ? List.of()
                : List.of(new UnknownSelector(9 + random.nextInt(200), random.nextInt(256), octets(0, 30)));
        return new Payload.TrafficSelectors(initiator, ranges, unknown);
    }

    private IpAddress address(boolean v6) {
        return v6 ? IpAddress.v6(random.nextLong(), random.nextLong()) : IpAddress.v4(random.nextInt());
    }

    private <T> List<T> list(int atMost, Supplier<T> element) {
        return Stream.generate(element).limit(1 + random.nextInt(atMost)).toList();
    }

    private long nonZero() {
        long value = random.nextLong();
        return value == 0 ? 1 : value;
    }

    private Octets octets(int least, int bound) {
        byte[] bytes = new byte[random.nextInt(least, bound)];
        random.nextBytes(bytes);
        return Octets.wrap(bytes);
    }
}
