package dev.espalier.ike.exchange;

import dev.espalier.ike.auth.HashAlgorithm;
import dev.espalier.ike.crypto.NatDetection;
import dev.espalier.ike.crypto.RandomValues;
import dev.espalier.ike.message.IkeHeader;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The notifies that go in both directions of IKE_SA_INIT, and what they tell. */
final class InitPayloads {
    private static final int HASH_OCTETS = 20;

    private InitPayloads() {}

    /**
     * NAT_DETECTION_*_IP, IKEV2_FRAGMENTATION_SUPPORTED, SIGNATURE_HASH_ALGORITHMS, INTERMEDIATE_EXCHANGE_SUPPORTED.
     *
     * @param forceEncapsulation whether the source hash is one that cannot match, so that both ends take it for a NAT (RFC 7296 2.23)
     * @param intermediate whether additional key exchanges may follow (RFC 9242, RFC 9370)
     */
    static List<Payload> notifies(
            long spiInitiator,
            long spiResponder,
            UdpPath path,
            boolean forceEncapsulation,
            boolean intermediate,
            SecureRandom random) {
        Octets source = forceEncapsulation
                ? RandomValues.nonce(random).slice(0, HASH_OCTETS)
                : NatDetection.hash(spiInitiator, spiResponder, path.local());
        List<Payload> notifies = new ArrayList<>(List.of(
                Payload.Notify.of(NotifyType.NAT_DETECTION_SOURCE_IP, source),
                Payload.Notify.of(
                        NotifyType.NAT_DETECTION_DESTINATION_IP,
                        NatDetection.hash(spiInitiator, spiResponder, path.remote())),
                Payload.Notify.of(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED),
                Payload.Notify.of(
                        NotifyType.SIGNATURE_HASH_ALGORITHMS,
                        HashAlgorithm.encode(Arrays.asList(HashAlgorithm.values())))));
        if (intermediate) {
            notifies.add(Payload.Notify.of(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED));
        }
        return List.copyOf(notifies);
    }

    static boolean childless(Message message) {
        return message.notification(NotifyType.CHILDLESS_IKEV2_SUPPORTED).isPresent();
    }

    static boolean intermediate(Message message) {
        return message.notification(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED).isPresent();
    }

    /** A peer that sends no NAT detection knows no NAT traversal: then there is none (RFC 7296 2.23). */
    static boolean remoteBehindNat(Message message, UdpPath path) {
        return mismatch(
                message,
                NotifyType.NAT_DETECTION_SOURCE_IP,
                NatDetection.hash(
                        message.header().spiInitiator(), message.header().spiResponder(), path.remote()));
    }

    static boolean localBehindNat(Message message, UdpPath path) {
        return mismatch(
                message,
                NotifyType.NAT_DETECTION_DESTINATION_IP,
                NatDetection.hash(
                        message.header().spiInitiator(), message.header().spiResponder(), path.local()));
    }

    static Set<HashAlgorithm> hashes(Message message) {
        return message.notification(NotifyType.SIGNATURE_HASH_ALGORITHMS)
                .map(notify -> HashAlgorithm.decode(notify.data()))
                .orElse(Set.of());
    }

    static boolean fragments(Message message) {
        return message.notification(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED).isPresent();
    }

    static Octets nonce(Message message) {
        return message.first(Payload.Nonce.class).orElseThrow().data();
    }

    static IkeHeader responseTo(IkeHeader request, long spiResponder) {
        return new IkeHeader(
                request.spiInitiator(),
                spiResponder,
                request.exchange(),
                !request.fromInitiator(),
                true,
                request.messageId());
    }

    private static boolean mismatch(Message message, NotifyType type, Octets expected) {
        List<Payload.Notify> hashes = message.notifies(type);
        return !hashes.isEmpty()
                && hashes.stream().noneMatch(hash -> hash.data().equals(expected));
    }
}
