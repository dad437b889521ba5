package dev.espalier.bench;

/** One column of the table. */
enum Measure {
    TCP_1("TCP 1 flow", "Gbit/s", true),
    CPU_1("CPU, 1 flow", "s/GB", false),
    TCP_4("TCP 4 flows", "Gbit/s", true),
    CPU_4("CPU, 4 flows", "s/GB", false),
    UDP_64("UDP 64 B, < 1 % lost", "kpps", true),
    UDP_1400("UDP 1372 B, < 1 % lost", "kpps", true),
    RTT_50("RTT p50", "µs", false),
    RTT_99("RTT p99", "µs", false),
    RSS_IDLE("RSS idle", "MB", false),
    RSS_LOAD("RSS loaded", "MB", false),
    TCP_1_PLAIN("TCP 1 flow, no underlay offloads", "Gbit/s", true),
    CPU_1_PLAIN("CPU, no underlay offloads", "s/GB", false);

    final String title;
    final String unit;
    final boolean moreIsBetter;

    Measure(String title, String unit, boolean moreIsBetter) {
        this.title = title;
        this.unit = unit;
        this.moreIsBetter = moreIsBetter;
    }
}
