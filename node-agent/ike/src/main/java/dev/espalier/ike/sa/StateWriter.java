package dev.espalier.ike.sa;

import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Writes what one process hands to the next: big-endian, lists and octets behind their count, times as distances from now, since another
 * process may count them from elsewhere. It holds keys, so memory that it outgrows is wiped. {@link StateReader} is its other half.
 */
public final class StateWriter {
    private final int format;
    private final long nowNanos;
    private final Map<X509Certificate, Integer> certificates = new LinkedHashMap<>();
    private byte[] bytes = new byte[4096];
    private int length;

    /** @param format what {@link StateReader} has to know to read it */
    public StateWriter(int format, long nowNanos) {
        this.format = format;
        this.nowNanos = nowNanos;
    }

    StateWriter bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    StateWriter u8(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
        return this;
    }

    public StateWriter i32(int value) {
        ensure(Integer.BYTES);
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    StateWriter i64(long value) {
        return i32((int) (value >>> 32)).i32((int) value);
    }

    StateWriter time(long nanos) {
        return i64(nanos - nowNanos);
    }

    StateWriter octets(Octets value) {
        i32(value.length());
        ensure(value.length());
        value.copyTo(bytes, length);
        length += value.length();
        return this;
    }

    StateWriter secret(Secret secret) {
        byte[] copy = secret.copy();
        i32(copy.length);
        ensure(copy.length);
        System.arraycopy(copy, 0, bytes, length, copy.length);
        length += copy.length;
        Arrays.fill(copy, (byte) 0);
        return this;
    }

    public StateWriter text(String value) {
        return octets(Octets.wrap(value.getBytes(StandardCharsets.UTF_8)));
    }

    StateWriter address(IpAddress address) {
        return octets(address.toOctets());
    }

    private StateWriter endpoint(UdpEndpoint endpoint) {
        return address(endpoint.address()).i32(endpoint.port());
    }

    StateWriter path(UdpPath path) {
        return endpoint(path.local()).endpoint(path.remote());
    }

    StateWriter prefixes(Collection<Prefix> prefixes) {
        return list(prefixes, prefix -> address(prefix.address()).u8(prefix.length()));
    }

    StateWriter proposals(Collection<Proposal> proposals) {
        return list(proposals, proposal -> {
            u8(proposal.protocol().value());
            list(
                    proposal.transforms(),
                    transform -> u8(transform.type().value())
                            .i32(transform.id())
                            .i32(transform.keyBits())
                            .octets(transform.otherAttributes()));
        });
    }

    /** Each certificate once, however many SAs go back to it: of a mesh, all have the same root. */
    StateWriter certificate(X509Certificate certificate) {
        Integer known = certificates.get(certificate);
        int index = known == null ? certificates.size() : known;
        certificates.putIfAbsent(certificate, index);
        return i32(index);
    }

    StateWriter wire(Consumer<WireWriter> content) {
        WireWriter out = new WireWriter();
        content.accept(out);
        return octets(out.toOctets());
    }

    public <T> StateWriter list(Collection<T> all, Consumer<? super T> each) {
        i32(all.size());
        all.forEach(each);
        return this;
    }

    <T> StateWriter optional(Optional<T> value, Consumer<? super T> content) {
        bool(value.isPresent());
        value.ifPresent(content);
        return this;
    }

    StateWriter optional(OptionalLong value) {
        bool(value.isPresent());
        return value.isPresent() ? i64(value.getAsLong()) : this;
    }

    StateWriter optionalTime(OptionalLong nanos) {
        bool(nanos.isPresent());
        return nanos.isPresent() ? time(nanos.getAsLong()) : this;
    }

    /** Behind its length, so that it can be passed over. */
    public StateWriter sized(Runnable content) {
        int at = length;
        i32(0);
        content.run();
        int end = length;
        length = at;
        i32(end - at - Integer.BYTES);
        length = end;
        return this;
    }

    /** What came of it; the writer's own memory is wiped. */
    public byte[] take() {
        StateWriter head = new StateWriter(format, nowNanos);
        head.i32(format).list(certificates.keySet(), certificate -> head.octets(encoded(certificate)));
        byte[] all = Arrays.copyOf(head.bytes, head.length + length);
        System.arraycopy(bytes, 0, all, head.length, length);
        Arrays.fill(bytes, (byte) 0);
        length = 0;
        return all;
    }

    private static Octets encoded(X509Certificate certificate) {
        try {
            return Octets.wrap(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was received cannot be encoded", e);
        }
    }

    private void ensure(int more) {
        if (length + more > bytes.length) {
            byte[] old = bytes;
            bytes = Arrays.copyOf(old, Math.max(old.length * 2, length + more));
            Arrays.fill(old, (byte) 0);
        }
    }
}
