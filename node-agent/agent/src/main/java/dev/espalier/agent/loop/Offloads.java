package dev.espalier.agent.loop;

import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.tun.TunDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which of the kernel's means to handle many packets by one call are used.
 *
 * @param tso packets of TCP that stand for several, through the TUN device
 * @param uso the same of UDP
 * @param gso sealed packets cut by the kernel (UDP_SEGMENT)
 * @param gro sealed packets put together by the kernel (UDP_GRO)
 */
public record Offloads(boolean tso, boolean uso, boolean gso, boolean gro) {
    public static final Offloads ALL = new Offloads(true, true, true, true);
    public static final Offloads NONE = new Offloads(false, false, false, false);

    /** How the TUN device has to be opened. */
    public TunDevice.Options tunOptions() {
        return new TunDevice.Options(false, tso || uso);
    }

    /** Switches on what of these the kernel has, and says what that is. */
    public Offloads takeFrom(TunDevice tun, UdpSockets sockets) throws ErrnoException {
        // A device that another process has opened may lack the header, or have what is not wanted here.
        if (tun.options().vnetHeader()) {
            if (tso || uso) {
                tun.offloadWhatIsPossible(tso, uso);
            } else {
                tun.offload(0);
            }
        }
        return new Offloads(
                (tun.offloads() & TunDevice.OFFLOAD_TSO4) != 0,
                (tun.offloads() & TunDevice.OFFLOAD_USO4) != 0,
                gso && sockets.canSegment(),
                gro && sockets.receiveCoalesced());
    }

    /**
     * As a setting spells it.
     *
     * @param text {@code auto} for all that the kernel has, {@code none}, or some of {@code tso,uso,gso,gro}
     * @throws IllegalArgumentException for anything else
     */
    public static Offloads parse(String text) {
        if (text.equals("auto")) {
            return ALL;
        }
        if (text.equals("none")) {
            return NONE;
        }
        List<String> names = List.of(text.toLowerCase(Locale.ROOT).split(",", -1));
        if (!List.of("tso", "uso", "gso", "gro").containsAll(names)) {
            throw new IllegalArgumentException("'" + text + "' is neither 'auto', 'none', nor some of tso,uso,gso,gro");
        }
        return new Offloads(names.contains("tso"), names.contains("uso"), names.contains("gso"), names.contains("gro"));
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        List<String> names = new ArrayList<>();
        if (tso) {
            names.add("tso");
        }
        if (uso) {
            names.add("uso");
        }
        if (gso) {
            names.add("gso");
        }
        if (gro) {
            names.add("gro");
        }
        return names.isEmpty() ? "none" : String.join(",", names);
    }
}
