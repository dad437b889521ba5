package dev.espalier.agent.node;

import dev.espalier.agent.loop.DataPathStatistics;
import dev.espalier.esp.packet.Drop;
import java.util.EnumMap;
import java.util.Map;

/** Adds up what one data path after another has counted. */
final class DataPlaneTotals {
    static final DataPathStatistics NONE = new DataPathStatistics(0, 0, 0, 0, 0, 0, 0, 0, Map.of());

    private DataPlaneTotals() {}

    static DataPathStatistics sum(DataPathStatistics a, DataPathStatistics b) {
        Map<Drop, Long> drops = new EnumMap<>(Drop.class);
        a.drops().forEach((reason, count) -> drops.merge(reason, count, Long::sum));
        b.drops().forEach((reason, count) -> drops.merge(reason, count, Long::sum));
        return new DataPathStatistics(
                a.packetsOut() + b.packetsOut(),
                a.bytesOut() + b.bytesOut(),
                a.packetsIn() + b.packetsIn(),
                a.bytesIn() + b.bytesIn(),
                a.dummiesIn() + b.dummiesIn(),
                a.ikeDatagrams() + b.ikeDatagrams(),
                a.keepalives() + b.keepalives(),
                a.receiveQueueDrops() + b.receiveQueueDrops(),
                drops);
    }
}
