package dev.espalier.esp;

import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.crypto.JdkCipherBackend;
import dev.espalier.esp.crypto.PacketCipher;
import dev.espalier.esp.sad.InboundSa;
import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.esp.sad.SaParameters;
import dev.espalier.esp.spd.EndSelector;
import dev.espalier.esp.spd.SelectorPair;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;

/** Two nodes, their pods' prefixes and SAs between them. */
public final class EspFixtures {
    public static final String PEER = "node-b";
    public static final int SPI = 0xc0de_0001;
    public static final Prefix LOCAL_V4 = Prefix.parse("10.42.1.0/24");
    public static final Prefix REMOTE_V4 = Prefix.parse("10.42.2.0/24");
    public static final Prefix LOCAL_V6 = Prefix.parse("fd42:0:0:1::/64");
    public static final Prefix REMOTE_V6 = Prefix.parse("fd42:0:0:2::/64");
    public static final UdpPath PATH = path("192.0.2.1", 4500, "192.0.2.2", 4500);
    public static final SelectorPair SELECTORS = new SelectorPair(
            List.of(EndSelector.of(LOCAL_V4), EndSelector.of(LOCAL_V6)),
            List.of(EndSelector.of(REMOTE_V4), EndSelector.of(REMOTE_V6)));

    private EspFixtures() {}

    public static UdpPath path(String local, int localPort, String remote, int remotePort) {
        return new UdpPath(
                new UdpEndpoint(IpAddress.parse(local), localPort),
                new UdpEndpoint(IpAddress.parse(remote), remotePort));
    }

    public static UdpPath reversed(UdpPath path) {
        return new UdpPath(path.remote(), path.local());
    }

    public static SelectorPair reversed(SelectorPair selectors) {
        return new SelectorPair(selectors.remote(), selectors.local());
    }

    public static SaParameters parameters(int spi, EspTransform transform, boolean esn) {
        return new SaParameters(PEER, spi, spi, transform, esn, SELECTORS, PATH, true, 8192);
    }

    public static PacketCipher cipher(EspTransform transform, boolean esn) {
        byte[] keymat = new byte[transform.keymatLength()];
        new Random(7).nextBytes(keymat);
        return new JdkCipherBackend().cipher(transform, keymat, esn);
    }

    public static InboundSa inbound(int spi) {
        return new InboundSa(
                parameters(spi, EspTransform.AES_128_GCM_16, true), cipher(EspTransform.AES_128_GCM_16, true));
    }

    public static OutboundSa outbound(int spi) {
        return new OutboundSa(
                parameters(spi, EspTransform.AES_128_GCM_16, true), cipher(EspTransform.AES_128_GCM_16, true));
    }

    /** A cipher that changes nothing and finds everything authentic, to test what is around it. */
    public static final class NullCipher implements PacketCipher {
        @Override
        public void seal(MemorySegment memory, long at, int textLength, long sequence) {}

        @Override
        public boolean open(MemorySegment memory, long at, int textLength, long sequence) {
            return true;
        }

        @Override
        public void close() {}
    }
}
