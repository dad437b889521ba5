package dev.espalier.ike.message;

import dev.espalier.ike.crypto.SkCipher;
import dev.espalier.ike.crypto.SkOpened;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireReader;
import dev.espalier.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * A stand-in for a cipher that anyone can compute: a counter as IV, octets turned over, padding to whole blocks, a CRC as ICV.
 * Shows what the framing hands to a cipher, and lets tests make authentic messages with any content.
 */
final class ChecksumSkCipher implements SkCipher {
    private static final int IV = 4;
    private static final int ICV = 4;

    private final int block;
    private int counter;

    /** Everything that was authenticated without being encrypted, by {@link #seal}. */
    final List<Octets> sealedBehind = new ArrayList<>();

    int opened;

    ChecksumSkCipher(int block) {
        this.block = block;
    }

    @Override
    public int sealedLength(int length) {
        return IV + padded(length) + ICV;
    }

    @Override
    public int capacity(int sealedLength) {
        return (sealedLength - IV - ICV) / block * block - 1;
    }

    @Override
    public Octets seal(Octets preceding, Octets payloads) {
        sealedBehind.add(preceding);
        int padding = padded(payloads.length()) - payloads.length() - 1;
        WireWriter out = new WireWriter().i32(counter++).octets(turned(payloads));
        out.octets(turned(new WireWriter().zeros(padding).u8(padding).toOctets()));
        return out.i32(icv(preceding, out.toOctets())).toOctets();
    }

    @Override
    public SkOpened open(Octets preceding, Octets sealed) {
        opened++;
        if (sealed.length() < IV + 1 + ICV) {
            return new SkOpened.Forged("short");
        }
        Octets body = sealed.slice(0, sealed.length() - ICV);
        WireReader icv = sealed.slice(sealed.length() - ICV, ICV).reader("ICV");
        if (icv.i32("ICV") != icv(preceding, body)) {
            return new SkOpened.Forged("ICV does not fit");
        }
        Octets plain = turned(body.slice(IV, body.length() - IV));
        int length = plain.length() - 1 - plain.get(plain.length() - 1);
        return length < 0 ? new SkOpened.Malformed("padding") : new SkOpened.Authentic(plain.slice(0, length));
    }

    /** What {@link #seal} would make, but of octets that are no payloads, or whose padding is wrong. */
    Octets sealRaw(Octets preceding, Octets paddedPlaintext) {
        Octets body =
                new WireWriter().i32(counter++).octets(turned(paddedPlaintext)).toOctets();
        return new WireWriter().octets(body).i32(icv(preceding, body)).toOctets();
    }

    @Override
    public void close() {}

    private int padded(int length) {
        return Math.ceilDiv(length + 1, block) * block;
    }

    private static Octets turned(Octets octets) {
        byte[] bytes = octets.toArray();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ~bytes[i];
        }
        return Octets.wrap(bytes);
    }

    private static int icv(Octets preceding, Octets body) {
        CRC32 crc = new CRC32();
        crc.update(preceding.toArray());
        crc.update(body.toArray());
        return (int) crc.getValue();
    }
}
