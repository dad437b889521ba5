package dev.espalier.ike.sa;

import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.ike.proposal.ProtocolId;
import dev.espalier.ike.proposal.Transform;
import dev.espalier.ike.proposal.TransformType;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireFormatException;
import dev.espalier.wire.WireReader;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads what {@link StateWriter} has written; {@link WireFormatException} for anything else. The octets stay the caller's, to be wiped. */
public final class StateReader {
    private final byte[] bytes;
    private final int end;
    private final long nowNanos;
    private final List<Certificate> certificates;
    private int position;

    /** Parsed when somebody asks for it. */
    private static final class Certificate {
        private final Octets der;
        private @Nullable X509Certificate parsed;

        Certificate(Octets der) {
            this.der = der;
        }
    }

    private StateReader(byte[] bytes, int from, int end, long nowNanos, List<Certificate> certificates) {
        this.bytes = bytes;
        this.position = from;
        this.end = end;
        this.nowNanos = nowNanos;
        this.certificates = certificates;
    }

    /**
     * @param format the only one that is taken
     * @param nowNanos what the distances of times count from now
     */
    public static StateReader open(byte[] bytes, int format, long nowNanos) {
        StateReader head = new StateReader(bytes, 0, bytes.length, nowNanos, List.of());
        int found = head.i32("format");
        if (found != format) {
            throw new WireFormatException(
                    "handed over state is of format " + found + ", only " + format + " is known here");
        }
        List<Certificate> certificates = head.list("certificates", in -> new Certificate(in.octets("certificate")));
        return new StateReader(bytes, head.position, bytes.length, nowNanos, certificates);
    }

    /** Over what was written by {@link StateWriter#sized}, which this one passes over. */
    public StateReader sized(String field) {
        int length = length(field);
        StateReader part = new StateReader(bytes, position, position + length, nowNanos, certificates);
        position += length;
        return part;
    }

    boolean bool(String field) {
        int value = u8(field);
        if (value > 1) {
            throw fail(field + " is neither true nor false");
        }
        return value == 1;
    }

    int u8(String field) {
        require(1, field);
        return bytes[position++] & 0xff;
    }

    public int i32(String field) {
        require(Integer.BYTES, field);
        int value = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            value = value << 8 | bytes[position++] & 0xff;
        }
        return value;
    }

    long i64(String field) {
        return (long) i32(field) << 32 | i32(field) & 0xffff_ffffL;
    }

    long time(String field) {
        return nowNanos + i64(field);
    }

    Octets octets(String field) {
        int length = length(field);
        Octets value = Octets.of(bytes, position, length);
        position += length;
        return value;
    }

    Secret secret(String field) {
        int length = length(field);
        Secret secret = Secret.wrap(Arrays.copyOfRange(bytes, position, position + length));
        position += length;
        return secret;
    }

    public String text(String field) {
        return new String(octets(field).toArray(), StandardCharsets.UTF_8);
    }

    /** The constant of this name. */
    <E extends Enum<E>> E constant(Class<E> of, String field) {
        String name = text(field);
        return Arrays.stream(of.getEnumConstants())
                .filter(constant -> constant.name().equals(name))
                .findFirst()
                .orElseThrow(() -> fail(field + " is of a kind that is not known here"));
    }

    IpAddress address(String field) {
        return valid(() -> IpAddress.of(octets(field)), field);
    }

    private UdpEndpoint endpoint(String field) {
        return valid(() -> new UdpEndpoint(address(field), i32(field)), field);
    }

    UdpPath path(String field) {
        return new UdpPath(endpoint(field), endpoint(field));
    }

    List<Prefix> prefixes(String field) {
        return list(field, in -> valid(() -> new Prefix(address(field), u8(field)), field));
    }

    List<Proposal> proposals(String field) {
        return list(
                field,
                in -> new Proposal(
                        new ProtocolId(u8(field)),
                        list(
                                field,
                                transform -> valid(
                                        () -> new Transform(
                                                new TransformType(u8(field)), i32(field), i32(field), octets(field)),
                                        field))));
    }

    X509Certificate certificate(String field) {
        int index = i32(field);
        if (index < 0 || index >= certificates.size()) {
            throw fail(field + " is not there");
        }
        Certificate certificate = certificates.get(index);
        try {
            X509Certificate parsed = certificate.parsed;
            if (parsed == null) {
                parsed = (X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(certificate.der.toArray()));
                certificate.parsed = parsed;
            }
            return parsed;
        } catch (CertificateException e) {
            throw fail(field + ": " + e.getMessage());
        }
    }

    WireReader wire(String field) {
        return octets(field).reader(field);
    }

    public <T> List<T> list(String field, Function<StateReader, T> each) {
        // Each element takes an octet at least, so a wrong count cannot ask for more memory than there are octets.
        int count = length(field);
        List<T> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(each.apply(this));
        }
        return List.copyOf(all);
    }

    <T> Optional<T> optional(String field, Function<StateReader, T> content) {
        return bool(field) ? Optional.of(content.apply(this)) : Optional.empty();
    }

    OptionalLong optionalLong(String field) {
        return bool(field) ? OptionalLong.of(i64(field)) : OptionalLong.empty();
    }

    OptionalLong optionalTime(String field) {
        return bool(field) ? OptionalLong.of(time(field)) : OptionalLong.empty();
    }

    /** Refuses octets that nobody asked for. */
    public void finish() {
        if (position != end) {
            throw fail((end - position) + " trailing octets");
        }
    }

    WireFormatException fail(String reason) {
        return new WireFormatException("handed over state at octet " + position + ": " + reason);
    }

    /** Values that make no sense together are as malformed as a wrong count. */
    <T> T valid(Supplier<T> value, String field) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw fail(field + ": " + e.getMessage());
        }
    }

    private int length(String field) {
        int length = i32(field);
        require(length, field);
        return length;
    }

    private void require(int length, String field) {
        if (length < 0 || length > end - position) {
            throw fail(field + " needs " + length + " octets, " + (end - position) + " left");
        }
    }
}
