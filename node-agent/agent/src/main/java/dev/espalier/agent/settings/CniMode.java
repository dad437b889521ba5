package dev.espalier.agent.settings;

/** Who wires the pods of this node. */
public enum CniMode {
    /** This agent does. */
    MAIN,
    /** Another CNI does; protection is added behind it. */
    CHAINED
}
