package dev.espalier.ike.exchange;

import dev.espalier.ike.crypto.NatDetection;
import dev.espalier.ike.crypto.RandomValues;
import dev.espalier.ike.message.IkeHeader;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * INFORMATIONAL exchanges of MOBIKE (RFC 4555): an IKE SA and its children move to another address.
 *
 * <pre>
 *   HDR, SK{N(UPDATE_SA_ADDRESSES), N(NAT_DETECTION_*_IP)}  --&gt;   &lt;--  HDR, SK{N(NAT_DETECTION_*_IP)}
 *   HDR, SK{N(COOKIE2)}                                     --&gt;   &lt;--  HDR, SK{N(COOKIE2)}
 * </pre>
 */
public final class AddressUpdate {
    private static final int COOKIE_OCTETS = 16;

    private AddressUpdate() {}

    /** The original initiator's request after its address has changed; goes out on {@code path} (RFC 4555 3.5). */
    public static List<Payload> request(IkeHeader header, UdpPath path) {
        List<Payload> payloads = new ArrayList<>();
        payloads.add(Payload.Notify.of(NotifyType.UPDATE_SA_ADDRESSES));
        payloads.addAll(natDetection(header, path));
        return List.copyOf(payloads);
    }

    /** What the original responder tells of its addresses, for the initiator to act upon (RFC 4555 3.6). */
    public static List<Payload> announcement(List<IpAddress> others) {
        if (others.isEmpty()) {
            return List.of(Payload.Notify.of(NotifyType.NO_ADDITIONAL_ADDRESSES));
        }
        return others.stream()
                .<Payload>map(address -> Payload.Notify.of(
                        address.v6() ? NotifyType.ADDITIONAL_IP6_ADDRESS : NotifyType.ADDITIONAL_IP4_ADDRESS,
                        Octets.of(address.toBytes())))
                .toList();
    }

    /** Asks whether the peer is really to be reached where it says (RFC 4555 3.7). */
    public static List<Payload> proveRoute(Octets cookie) {
        return List.of(Payload.Notify.of(NotifyType.COOKIE2, cookie));
    }

    /** A value for {@link #proveRoute}. */
    public static Octets cookie(SecureRandom random) {
        return RandomValues.nonce(random).slice(0, COOKIE_OCTETS);
    }

    /** Whether a response brings the cookie back. */
    public static boolean proves(Message response, Octets cookie) {
        return response.notification(NotifyType.COOKIE2)
                .filter(notify -> notify.data().equalsConstantTime(cookie))
                .isPresent();
    }

    /** What an INFORMATIONAL request that may hold MOBIKE notifies is answered with, {@code path} being the one it came by. */
    public static List<Payload> answer(Message request, IkeHeader header, UdpPath path) {
        List<Payload> payloads = new ArrayList<>();
        if (request.notification(NotifyType.UPDATE_SA_ADDRESSES).isPresent()) {
            if (natForbidden(request, path)) {
                payloads.add(Payload.Notify.of(NotifyType.UNEXPECTED_NAT_DETECTED));
            } else {
                payloads.addAll(natDetection(header, path));
            }
        }
        request.notification(NotifyType.COOKIE2)
                .ifPresent(cookie -> payloads.add(Payload.Notify.of(NotifyType.COOKIE2, cookie.data())));
        return List.copyOf(payloads);
    }

    /** Whether the sender forbids NATs and there is one on {@code path} (RFC 4555 3.9). */
    public static boolean natForbidden(Message request, UdpPath path) {
        Optional<Octets> data = request.notification(NotifyType.NO_NATS_ALLOWED).map(Payload.Notify::data);
        return data.isPresent() && !data.get().equals(addresses(path.remote(), path.local()));
    }

    /** Data of NO_NATS_ALLOWED: addresses and ports of sender and receiver as the sender knows them. */
    public static Octets addresses(UdpEndpoint sender, UdpEndpoint receiver) {
        return new WireWriter()
                .octets(sender.address().toBytes())
                .octets(receiver.address().toBytes())
                .u16(sender.port())
                .u16(receiver.port())
                .toOctets();
    }

    /** Whether we are behind a NAT by what a message on {@code path} tells; empty when it tells nothing. */
    public static Optional<Boolean> localBehindNat(Message message, UdpPath path) {
        return message.notification(NotifyType.NAT_DETECTION_DESTINATION_IP).isPresent()
                ? Optional.of(InitPayloads.localBehindNat(message, path))
                : Optional.empty();
    }

    /** Whether the peer is. */
    public static boolean remoteBehindNat(Message message, UdpPath path) {
        return InitPayloads.remoteBehindNat(message, path);
    }

    private static List<Payload> natDetection(IkeHeader header, UdpPath path) {
        return List.of(
                Payload.Notify.of(
                        NotifyType.NAT_DETECTION_SOURCE_IP,
                        NatDetection.hash(header.spiInitiator(), header.spiResponder(), path.local())),
                Payload.Notify.of(
                        NotifyType.NAT_DETECTION_DESTINATION_IP,
                        NatDetection.hash(header.spiInitiator(), header.spiResponder(), path.remote())));
    }
}
