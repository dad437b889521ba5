package dev.espalier.agent.loop;

import java.util.concurrent.atomic.LongAdder;

/** Counters that the loops add to once a batch, and anyone reads. */
final class LoopCounters {
    final LongAdder packetsOut = new LongAdder();
    final LongAdder bytesOut = new LongAdder();
    final LongAdder packetsIn = new LongAdder();
    final LongAdder bytesIn = new LongAdder();
    final LongAdder dummiesIn = new LongAdder();
    final LongAdder ikeDatagrams = new LongAdder();
    final LongAdder keepalives = new LongAdder();
}
