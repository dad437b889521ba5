package dev.espalier.agent.loop;

import dev.espalier.esp.packet.Drop;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the loops have done since they started.
 *
 * @param packetsOut inner packets sealed and sent
 * @param bytesOut their octets
 * @param packetsIn inner packets opened and delivered
 * @param bytesIn their octets
 * @param dummiesIn dummy packets received (RFC 4303 2.6)
 * @param ikeDatagrams handed to IKE
 * @param keepalives NAT keepalives received and ignored (RFC 3948 2.3)
 * @param receiveQueueDrops datagrams that the kernel dropped before a loop could take them
 * @param drops by reason, zeros included
 */
public record DataPathStatistics(
        long packetsOut,
        long bytesOut,
        long packetsIn,
        long bytesIn,
        long dummiesIn,
        long ikeDatagrams,
        long keepalives,
        long receiveQueueDrops,
        Map<Drop, Long> drops) {
    public DataPathStatistics {
        drops = Map.copyOf(drops);
    }

    /** Drops by the stable name of their reason. */
    public Map<String, Long> dropsByReason() {
        Map<String, Long> byReason = new TreeMap<>();
        drops.forEach((drop, count) -> byReason.put(drop.reason(), count));
        byReason.put("receive-queue-full", receiveQueueDrops);
        return byReason;
    }
}
