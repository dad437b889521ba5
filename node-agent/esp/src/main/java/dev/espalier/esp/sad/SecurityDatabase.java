package dev.espalier.esp.sad;

import dev.espalier.esp.spd.Spd;
import dev.espalier.wire.ip.UdpPath;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Policy and SAs of the node behind one volatile: packet loops read {@link #tables()} once a batch and see one consistent state; writers,
 * from any thread, replace it whole.
 */
public final class SecurityDatabase {
    /** One consistent state. */
    public record Tables(Spd spd, Sad sad) {}

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Tables tables = new Tables(Spd.EMPTY, Sad.EMPTY);

    public Tables tables() {
        return tables;
    }

    /** Runs {@code listener} after every change of {@link #tables()}, on the thread that made it: to wake a loop, not to work. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    public void removeListener(Runnable listener) {
        listeners.remove(listener);
    }

    private void replace(Spd spd, Sad sad) {
        tables = new Tables(spd, sad);
        listeners.forEach(Runnable::run);
    }

    public synchronized void setPolicy(Spd spd) {
        replace(spd, tables.sad());
    }

    /** @throws IllegalStateException when the SPI is taken */
    public synchronized void install(InboundSa sa) {
        replace(tables.spd(), tables.sad().with(sa));
    }

    /** Packets to its peer use it from the next batch on. @throws IllegalStateException when the peer has an SA with that SPI */
    public synchronized void install(OutboundSa sa) {
        replace(tables.spd(), tables.sad().with(sa));
    }

    /** Many at once, as {@link #install(InboundSa)} and {@link #install(OutboundSa)}; nothing is installed when one of them cannot be. */
    public synchronized void install(Collection<InboundSa> inbound, Collection<OutboundSa> outbound) {
        replace(tables.spd(), tables.sad().with(inbound, outbound));
    }

    /** Packets with {@code spi}, also those in flight, are unknown from now on. Empty when there was no such SA. */
    public synchronized Optional<InboundSa> removeInbound(int spi) {
        InboundSa sa = tables.sad().inbound(spi);
        if (sa != null) {
            replace(tables.spd(), tables.sad().without(sa));
            sa.close();
        }
        return Optional.ofNullable(sa);
    }

    /** Empty when there was no such SA. */
    public synchronized Optional<OutboundSa> removeOutbound(String peer, int spi) {
        Optional<OutboundSa> found = tables.sad().outboundSas(peer).stream()
                .filter(sa -> sa.spi() == spi)
                .findFirst();
        found.ifPresent(sa -> {
            replace(tables.spd(), tables.sad().without(sa));
            sa.close();
        });
        return found;
    }

    /** Moves the pair that {@code spiIn} names to another path; whether there was one. */
    public synchronized boolean move(int spiIn, UdpPath path) {
        InboundSa in = tables.sad().inbound(spiIn);
        if (in == null) {
            return false;
        }
        in.move(path);
        for (OutboundSa out : tables.sad().outboundSas(in.peer())) {
            if (out.parameters().spiIn() == spiIn) {
                out.move(path);
            }
        }
        return true;
    }

    /** Removes every SA and its key. */
    public synchronized void clear() {
        Tables old = tables;
        replace(old.spd(), Sad.EMPTY);
        old.sad().inboundSas().forEach(InboundSa::close);
        old.sad().outboundSas().forEach(OutboundSa::close);
    }

    @Override
    public String toString() {
        Tables now = tables;
        return "SecurityDatabase[" + now.spd().entries().size() + " policies, "
                + now.sad().inboundSas().size() + " inbound SAs]";
    }
}
