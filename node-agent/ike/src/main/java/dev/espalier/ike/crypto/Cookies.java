package dev.espalier.ike.crypto;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import dev.espalier.wire.ip.IpAddress;
import java.security.SecureRandom;
import java.time.Duration;

/**
 * Stateless cookies (RFC 7296 2.6, IKE-19): {@code version | HMAC-SHA2-256(secret, version | SPIi | address | Ni)}. The secret rotates
 * with use; cookies of the one before stay good, so that each lives for one to two periods. Not thread-safe.
 */
public final class Cookies implements AutoCloseable {
    private static final int SECRET_LENGTH = 32;

    private final SecureRandom random;
    private final long periodNanos;
    private Secret current;
    private Secret previous;
    private long currentSinceNanos;
    private int version;

    /** @param period for which one secret makes cookies */
    public Cookies(SecureRandom random, Duration period, long nowNanos) {
        this.random = random;
        this.periodNanos = period.toNanos();
        this.current = fresh();
        this.previous = fresh();
        this.currentSinceNanos = nowNanos;
    }

    /** The cookie that an initiator has to send back; 33 octets. */
    public Octets issue(long spiInitiator, IpAddress address, Octets nonce, long nowNanos) {
        rotate(nowNanos);
        return compute(version, current, spiInitiator, address, nonce);
    }

    /** Whether {@code cookie} was issued for the same three within the last one or two periods. */
    public boolean accepts(Octets cookie, long spiInitiator, IpAddress address, Octets nonce, long nowNanos) {
        rotate(nowNanos);
        if (cookie.isEmpty()) {
            return false;
        }
        int named = cookie.get(0);
        if (named == version) {
            return cookie.equalsConstantTime(compute(version, current, spiInitiator, address, nonce));
        }
        return named == previousVersion()
                && cookie.equalsConstantTime(compute(named, previous, spiInitiator, address, nonce));
    }

    private Octets compute(int ofVersion, Secret secret, long spiInitiator, IpAddress address, Octets nonce) {
        Octets input = new WireWriter(64)
                .u8(ofVersion)
                .i64(spiInitiator)
                .octets(address.toBytes())
                .octets(nonce)
                .toOctets();
        Octets mac = Prf.HMAC_SHA2_256.compute(secret, input);
        return new WireWriter(33).u8(ofVersion).octets(mac).toOctets();
    }

    private void rotate(long nowNanos) {
        long age = nowNanos - currentSinceNanos;
        if (age < periodNanos) {
            return;
        }
        previous.close();
        if (age < 2 * periodNanos) {
            previous = current;
        } else {
            // Nothing was asked for a whole period: cookies of the old secret are too old now.
            current.close();
            previous = fresh();
        }
        current = fresh();
        currentSinceNanos = nowNanos;
        version = (version + 1) & 0xff;
    }

    private int previousVersion() {
        return (version - 1) & 0xff;
    }

    private Secret fresh() {
        byte[] octets = new byte[SECRET_LENGTH];
        random.nextBytes(octets);
        return Secret.wrap(octets);
    }

    @Override
    public void close() {
        current.close();
        previous.close();
    }

    @Override
    public String toString() {
        return "Cookies[version " + version + "]";
    }
}
