package dev.espalier.lab.topology;

/** Which addresses nodes and pods have. */
public enum Family {
    IPV4(true, false),
    IPV6(false, true),
    DUAL(true, true);

    private final boolean v4;
    private final boolean v6;

    Family(boolean v4, boolean v6) {
        this.v4 = v4;
        this.v6 = v6;
    }

    public boolean v4() {
        return v4;
    }

    public boolean v6() {
        return v6;
    }
}
