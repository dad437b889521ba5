package dev.espalier.ike.exchange;

import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one end tells of itself beside its identity: in IKE_AUTH, and some of it in INFORMATIONAL later.
 *
 * @param mobike MOBIKE_SUPPORTED (RFC 4555)
 * @param window SET_WINDOW_SIZE: requests that the sender takes at once (RFC 7296 2.3); 1 without
 * @param crashToken QUICK_CRASH_DETECTION: what proves later that the sender has forgotten this IKE SA (RFC 6290)
 * @param authLifetime AUTH_LIFETIME: how long the sender accepts the peer's authentication (RFC 4478)
 */
public record Abilities(boolean mobike, int window, Optional<Octets> crashToken, Optional<Duration> authLifetime) {
    public static final Abilities NONE = new Abilities(false, 1, Optional.empty(), Optional.empty());

    private static final int LARGEST_WINDOW = 1024;
    /** RFC 6290 4.1 asks for 16 to 128 octets; some send more. */
    private static final int SMALLEST_TOKEN = 16;

    private static final int LARGEST_TOKEN = 256;
    private static final int INT_OCTETS = 4;

    /** Values that make no sense count as not sent. */
    public static Abilities of(Message message) {
        return new Abilities(
                message.notification(NotifyType.MOBIKE_SUPPORTED).isPresent(),
                number(message, NotifyType.SET_WINDOW_SIZE)
                        .filter(n -> n >= 1)
                        .map(n -> (int) Math.min(n, LARGEST_WINDOW))
                        .orElse(1),
                message.notification(NotifyType.QUICK_CRASH_DETECTION)
                        .map(Payload.Notify::data)
                        .filter(token -> token.length() >= SMALLEST_TOKEN && token.length() <= LARGEST_TOKEN),
                number(message, NotifyType.AUTH_LIFETIME).filter(n -> n >= 1).map(Duration::ofSeconds));
    }

    /** As notifies. */
    public List<Payload> payloads() {
        List<Payload> payloads = new ArrayList<>();
        if (mobike) {
            payloads.add(Payload.Notify.of(NotifyType.MOBIKE_SUPPORTED));
        }
        if (window > 1) {
            payloads.add(Payload.Notify.of(
                    NotifyType.SET_WINDOW_SIZE, new WireWriter().i32(window).toOctets()));
        }
        crashToken.ifPresent(token -> payloads.add(Payload.Notify.of(NotifyType.QUICK_CRASH_DETECTION, token)));
        authLifetime.ifPresent(time -> payloads.add(Payload.Notify.of(
                NotifyType.AUTH_LIFETIME,
                new WireWriter().i32((int) time.toSeconds()).toOctets())));
        return List.copyOf(payloads);
    }

    /** The crash token without the rest: for an IKE SA that a rekeying has made (RFC 6290 4.3). */
    public List<Payload> crashTokenAlone() {
        return new Abilities(false, 1, crashToken, Optional.empty()).payloads();
    }

    private static Optional<Long> number(Message message, NotifyType type) {
        return message.notification(type)
                .map(Payload.Notify::data)
                .filter(data -> data.length() == INT_OCTETS)
                .map(data -> Integer.toUnsignedLong(data.reader("number").i32("number")));
    }
}
