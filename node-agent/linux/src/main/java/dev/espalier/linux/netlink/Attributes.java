package dev.espalier.linux.netlink;

import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The attributes of a message or of a nest, by kind; of a kind that comes twice the last counts. */
final class Attributes {
    private static final int KIND_MASK = 0x3fff;

    private final Map<Integer, Octets> values = new HashMap<>();

    private Attributes() {}

    static Attributes parse(Octets octets, int offset) {
        Attributes attributes = new Attributes();
        int at = offset;
        while (octets.length() - at >= 4) {
            int length = u16(octets, at);
            if (length < 4 || length > octets.length() - at) {
                break;
            }
            attributes.values.put(u16(octets, at + 2) & KIND_MASK, octets.slice(at + 4, length - 4));
            at += (length + 3) & ~3;
        }
        return attributes;
    }

    @Nullable
    Octets get(int kind) {
        return values.get(kind);
    }

    boolean has(int kind) {
        return values.containsKey(kind);
    }

    Map<Integer, Octets> all() {
        return values;
    }

    /** A 32-bit number, or {@code absent}. */
    int i32(int kind, int absent) {
        Octets value = values.get(kind);
        return value == null || value.length() < 4 ? absent : i32(value, 0);
    }

    int u8(int kind, int absent) {
        Octets value = values.get(kind);
        return value == null || value.isEmpty() ? absent : value.get(0);
    }

    /** A string without its terminating zero; empty when absent. */
    String text(int kind) {
        Octets value = values.get(kind);
        if (value == null) {
            return "";
        }
        int length = value.length();
        while (length > 0 && value.get(length - 1) == 0) {
            length--;
        }
        return new String(value.slice(0, length).toArray(), StandardCharsets.UTF_8);
    }

    @Nullable
    IpAddress address(int kind) {
        Octets value = values.get(kind);
        return value == null || value.length() != 4 && value.length() != 16 ? null : IpAddress.of(value);
    }

    Attributes nest(int kind) {
        Octets value = values.get(kind);
        return parse(value == null ? Octets.EMPTY : value, 0);
    }

    static int u16(Octets octets, int at) {
        return ByteBuffer.wrap(octets.slice(at, 2).toArray())
                        .order(ByteOrder.nativeOrder())
                        .getShort()
                & 0xffff;
    }

    static int i32(Octets octets, int at) {
        return ByteBuffer.wrap(octets.slice(at, 4).toArray())
                .order(ByteOrder.nativeOrder())
                .getInt();
    }
}
