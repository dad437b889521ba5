package dev.espalier.agent.sa;

import dev.espalier.esp.crypto.CipherBackend;
import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.crypto.PacketCipher;
import dev.espalier.esp.sad.InboundSa;
import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.esp.sad.SaParameters;
import dev.espalier.esp.sad.SaProgress;
import dev.espalier.esp.sad.SaUsage;
import dev.espalier.esp.sad.Sad;
import dev.espalier.esp.sad.SecurityDatabase;
import dev.espalier.esp.spd.EndSelector;
import dev.espalier.esp.spd.PortRange;
import dev.espalier.esp.spd.SelectorPair;
import dev.espalier.ike.ChildSa;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeOutput.Direction;
import dev.espalier.ike.selector.TrafficSelector;
import dev.espalier.wire.ip.UdpPath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Installs child SAs into the user-space data path. Thread-safe as {@link SecurityDatabase} is. */
public final class SaInstaller {
    private static final SaUsage UNUSED = new SaUsage(0, 0, 0, 0, 0);

    private final SecurityDatabase database;
    private final CipherBackend ciphers;

    public SaInstaller(SecurityDatabase database, CipherBackend ciphers) {
        this.database = database;
        this.ciphers = ciphers;
    }

    /**
     * Makes one direction usable and wipes the key material, whatever happens.
     *
     * @throws IllegalArgumentException when the data path cannot do what was negotiated
     * @throws IllegalStateException when the SPI is in use
     */
    public void install(Direction direction, ChildSa sa) {
        install(direction, sa, null);
    }

    /**
     * Goes on with one direction of an SA of another process, and wipes the key material, whatever happens.
     *
     * @param from where it stands
     * @throws IllegalArgumentException when the data path cannot do what was negotiated
     * @throws IllegalStateException when the SPI is in use
     */
    public void resume(Direction direction, ChildSa sa, SaProgress from) {
        install(direction, sa, from);
    }

    private void install(Direction direction, ChildSa sa, @Nullable SaProgress from) {
        byte[] key = sa.key();
        try {
            if (!sa.udpEncapsulated()) {
                throw new IllegalArgumentException("the data path has no ESP without UDP encapsulation");
            }
            EspTransform transform = EspTransform.negotiated(
                            sa.suite().encryptionId(), sa.suite().encryptionKeyBits())
                    .orElseThrow(() -> new IllegalArgumentException("the data path has no " + sa.suite()));
            SaParameters parameters = parameters(sa, transform);
            PacketCipher cipher = ciphers.cipher(transform, key, sa.suite().esn());
            switch (direction) {
                case INBOUND ->
                    database.install(
                            from == null ? new InboundSa(parameters, cipher) : new InboundSa(parameters, cipher, from));
                case OUTBOUND ->
                    database.install(
                            from == null
                                    ? new OutboundSa(parameters, cipher)
                                    : new OutboundSa(parameters, cipher, from));
            }
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /**
     * Where each SA stands, for another process to go on from there. Nothing is sent by them from here on, unless {@link #resume()} follows; to be asked
     * when no packet loop runs, since what was still received would be taken a second time.
     */
    public Map<InstalledSa, SaProgress> suspend() {
        Map<InstalledSa, SaProgress> all = new HashMap<>();
        Sad sad = database.tables().sad();
        sad.inboundSas().forEach(sa -> all.put(new InstalledSa(Direction.INBOUND, sa.spi()), sa.progress()));
        sad.outboundSas()
                .forEach(sa -> all.put(
                        new InstalledSa(Direction.OUTBOUND, sa.parameters().spiIn()), sa.suspend()));
        return all;
    }

    /** Nobody went on from where {@link #suspend} said: SAs send again. */
    public void resume() {
        database.tables().sad().outboundSas().forEach(OutboundSa::resume);
    }

    /** Forgets one direction and wipes its key; whether there was such an SA. */
    public boolean remove(String peer, Direction direction, int spi) {
        return switch (direction) {
            case INBOUND -> database.removeInbound(spi).isPresent();
            case OUTBOUND -> database.removeOutbound(peer, spi).isPresent();
        };
    }

    /** Moves a pair to another path; whether there was such a pair. */
    public boolean move(int spiIn, UdpPath path) {
        return database.move(spiIn, path);
    }

    /** One report for each inbound SA, with the counters of its outbound half. */
    public List<IkeInput.ChildUsageReported> usage() {
        Sad sad = database.tables().sad();
        Map<Integer, SaUsage> outbound = new HashMap<>();
        for (OutboundSa out : sad.outboundSas()) {
            outbound.put(out.parameters().spiIn(), out.usage());
        }
        List<IkeInput.ChildUsageReported> reports = new ArrayList<>();
        for (InboundSa in : sad.inboundSas()) {
            SaUsage received = in.usage();
            SaUsage sent = outbound.getOrDefault(in.spi(), UNUSED);
            reports.add(new IkeInput.ChildUsageReported(
                    in.spi(),
                    received.packets(),
                    received.bytes(),
                    sent.packets(),
                    sent.bytes(),
                    received.lastUseNanos(),
                    sent.lastUseNanos()));
        }
        return reports;
    }

    private static SaParameters parameters(ChildSa sa, EspTransform transform) {
        return new SaParameters(
                sa.peer(),
                sa.spi(),
                sa.spiIn(),
                transform,
                sa.suite().esn(),
                new SelectorPair(ends(sa.localSelectors()), ends(sa.remoteSelectors())),
                sa.path(),
                sa.udpEncapsulated(),
                sa.replayWindow());
    }

    private static List<EndSelector> ends(List<TrafficSelector> selectors) {
        return selectors.stream()
                .map(s -> new EndSelector(s.start(), s.end(), s.protocol(), new PortRange(s.startPort(), s.endPort())))
                .toList();
    }
}
