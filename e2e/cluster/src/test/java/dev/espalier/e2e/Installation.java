package dev.espalier.e2e;

/** What is put into the cluster before the tests, and taken out of it at the end. */
interface Installation {
    /** The one that the settings ask for. */
    static Installation of(Cluster cluster, Report report) {
        return switch (cluster.settings().mode()) {
            case NONE -> new Nothing();
            case MAIN, CHAINED -> new HelmRelease(cluster, report);
        };
    }

    /** Brings onto the nodes what it needs there. */
    void prepare();

    void install();

    /** Whether traffic between pods of different nodes must be sealed by now. */
    boolean protects();

    /** Whether it has been taken out again. */
    boolean removed();

    void removeIfThere();

    void uninstall();

    /** Proves cluster and suite by themselves, with the CNI plugin that is there. */
    final class Nothing implements Installation {
        @Override
        public void prepare() {}

        @Override
        public void install() {}

        @Override
        public boolean protects() {
            return false;
        }

        @Override
        public boolean removed() {
            return false;
        }

        @Override
        public void removeIfThere() {}

        @Override
        public void uninstall() {}
    }
}
