package dev.espalier.esp.packet;

import static dev.espalier.esp.EspFixtures.LOCAL_V4;
import static dev.espalier.esp.EspFixtures.LOCAL_V6;
import static dev.espalier.esp.EspFixtures.PATH;
import static dev.espalier.esp.EspFixtures.PEER;
import static dev.espalier.esp.EspFixtures.REMOTE_V4;
import static dev.espalier.esp.EspFixtures.REMOTE_V6;
import static dev.espalier.esp.EspFixtures.SELECTORS;
import static dev.espalier.esp.EspFixtures.SPI;
import static dev.espalier.esp.EspFixtures.cipher;
import static dev.espalier.esp.EspFixtures.reversed;

import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.sad.InboundSa;
import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.esp.sad.SaParameters;
import dev.espalier.esp.sad.SecurityDatabase;
import dev.espalier.esp.spd.SelectorPair;
import dev.espalier.esp.spd.Spd;
import dev.espalier.esp.spd.SpdEntry;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Two nodes joined by nothing: node A seals, node B opens. Each has policy for the other's prefixes. */
final class Rig {
    static final String NODE_A = "node-a";
    static final long SECOND = 1_000_000_000L;

    final SecurityDatabase a = new SecurityDatabase();
    final SecurityDatabase b = new SecurityDatabase();
    final DropCounters dropsA = new DropCounters();
    final DropCounters dropsB = new DropCounters();
    final List<String> needed = new ArrayList<>();
    final List<UdpPath> moved = new ArrayList<>();
    final StagedPackets staged;
    final EspOutbound outbound;
    final EspInbound inbound;
    final PacketBuffer packet = new PacketBatch(1, 9000).get(0);
    final SealedBatch sealed = new SealedBatch(1 << 17, 64, 64);
    long now = SECOND;

    Rig() {
        this(true, 4, 8);
    }

    Rig(boolean copyDscp, int perPeer, int slots) {
        DataPathEvents events = new DataPathEvents() {
            @Override
            public void saNeeded(String peer) {
                needed.add(peer);
            }

            @Override
            public void peerPathChanged(String peer, int spiIn, UdpPath path) {
                moved.add(path);
            }
        };
        staged = new StagedPackets(slots, perPeer, 1500, Duration.ofSeconds(5).toNanos(), dropsA);
        OutboundSettings settings =
                new OutboundSettings(copyDscp, IpAddress.parse("10.42.1.1"), IpAddress.parse("fd42:0:0:1::1"));
        outbound = new EspOutbound(settings, staged, dropsA, events);
        inbound = new EspInbound(dropsB, events);
        a.setPolicy(Spd.of(
                List.of(SpdEntry.protect(LOCAL_V4, REMOTE_V4, PEER), SpdEntry.protect(LOCAL_V6, REMOTE_V6, PEER))));
        b.setPolicy(Spd.of(
                List.of(SpdEntry.protect(REMOTE_V4, LOCAL_V4, NODE_A), SpdEntry.protect(REMOTE_V6, LOCAL_V6, NODE_A))));
    }

    /** SAs from A to B. */
    Rig connected() {
        return connected(EspTransform.AES_128_GCM_16, true, SELECTORS);
    }

    Rig connected(EspTransform transform, boolean esn, SelectorPair selectors) {
        installOutbound(SPI, transform, esn, selectors);
        installInbound(SPI, transform, esn, reversed(selectors));
        return this;
    }

    OutboundSa installOutbound(int spi, EspTransform transform, boolean esn, SelectorPair selectors) {
        OutboundSa sa = new OutboundSa(
                new SaParameters(PEER, spi, spi, transform, esn, selectors, PATH, true, 8192), cipher(transform, esn));
        a.install(sa);
        return sa;
    }

    InboundSa installInbound(int spi, EspTransform transform, boolean esn, SelectorPair selectors) {
        InboundSa sa = new InboundSa(
                new SaParameters(NODE_A, spi, spi, transform, esn, selectors, reversed(PATH), true, 8192),
                cipher(transform, esn));
        b.install(sa);
        return sa;
    }

    /** Gives {@code inner} to A's outbound path. */
    Verdict send(byte[] inner) {
        load(inner);
        return process();
    }

    /** Gives what lies in {@link #packet} to A's outbound path; the sealed packet lies there afterwards, too. */
    Verdict process() {
        return process(a.tables());
    }

    Verdict process(SecurityDatabase.Tables tables) {
        sealed.clear();
        Verdict verdict = outbound.process(packet, tables, sealed, now);
        if (!sealed.isEmpty()) {
            int at = packet.offset() - 16;
            MemorySegment.copy(
                    sealed.memory(),
                    sealed.address(0) - sealed.memory().address(),
                    packet.memory(),
                    at,
                    sealed.bytes(0));
            packet.set(at, sealed.bytes(0));
        }
        return verdict;
    }

    /** The ESP packet that A makes of {@code inner}. */
    byte[] sealed(byte[] inner) {
        Verdict verdict = send(inner);
        if (verdict != Verdict.FORWARD) {
            throw new AssertionError(verdict + " " + dropsA.snapshot());
        }
        return bytes();
    }

    /** Gives {@code esp} to B's inbound path, as received from A's usual place with outer TOS 0. */
    Verdict receive(byte[] esp) {
        return receive(esp, reversed(PATH), 0);
    }

    Verdict receive(byte[] esp, UdpPath path, int trafficClass) {
        load(esp);
        packet.outer().set(path);
        packet.setTrafficClass(trafficClass);
        return inbound.process(packet, b.tables(), now);
    }

    /**
     * An authentic ESP packet with a text of the caller's choice, sealed with the number that A's newest SA would use next.
     *
     * @param text inner packet, padding, pad length, next header
     */
    byte[] sealedText(byte[] text) {
        OutboundSa sa = a.tables().sad().outboundSas(PEER).getLast();
        load(text);
        int at = packet.offset() - sa.transform().headerLength();
        if (sa.seal(packet.memory(), at, text.length, now) != OutboundSa.Outcome.SEALED) {
            throw new AssertionError("not sealed");
        }
        packet.set(
                at, sa.transform().headerLength() + text.length + sa.transform().icvLength());
        return bytes();
    }

    byte[] bytes() {
        return packet.memory().asSlice(packet.offset(), packet.length()).toArray(ValueLayout.JAVA_BYTE);
    }

    void load(byte[] octets) {
        packet.clear();
        MemorySegment.copy(octets, 0, packet.memory(), ValueLayout.JAVA_BYTE, packet.offset(), octets.length);
        packet.set(packet.offset(), octets.length);
    }
}
